"""Disputes over HTTP."""

from typing import Final, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field

from app.exchanges.rules import NotYourStep, StepNotOpen, TooLateToDispute
from app.identity.access import Member, MemberOrModerator, Moderator
from app.identity.rules import Caller
from app.kit.ground import Work
from app.kit.http import Route, Working, rechecked_by
from app.kit.idempotency import Kept
from app.kit.paging import Page, Pager, Paging
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import Minutes, Moment, Reason, RequestBody, View, as_rfc3339
from app.ledger.reversing.rules import OverOriginal
from app.ledger.rules import AccountClosed
from app.moderation import operations, queries
from app.moderation.opening import OpenedCase
from app.moderation.queries import Case
from app.moderation.reading import reason_of, resolution_of
from app.moderation.rules import (
    AlreadyDisputed,
    DisputeResolved,
    DisputeStatus,
    MinutesDoNotFit,
    Outcome,
)
from app.openings.rules import Concerned

router = APIRouter(prefix="/v1", route_class=Route, tags=["moderation"])


_READ_ONE_BY_ONE: Final = ("reason", "giver_alias", "receiver_alias", "resolution_reason")


class DisputeView(View):
    """A disagreement about one exchange, and its outcome once there is one."""

    id: UUID
    exchange_id: UUID
    status: DisputeStatus
    reason: str | None = Field(
        description="Null when it waits to be read, its time is over, or a former member wrote it;"
        " and in a moderator's list."
    )
    giver_alias: str | None = Field(description="Null in a moderator's list.")
    receiver_alias: str | None = Field(description="Null in a moderator's list.")
    opened_by: Literal["giver", "receiver"]
    agreed_minutes: int
    delivered_minutes: int | None = Field(description="As the giver said; null before delivery.")
    outcome: Outcome | None
    minutes: int | None = Field(description="What the exchange came to; null when void or open.")
    resolution_reason: str | None
    opened_at: Moment
    resolved_at: Moment | None

    @classmethod
    def listed(cls, work: Work, caller: Caller, case: Case) -> "DisputeView":
        """The view of a dispute in a list: to those who only judge it, without words and names."""
        whole = cls.of(work, caller, case)
        if caller.member_id in case.parties:
            return whole
        return whole.model_copy(update=dict.fromkeys(_READ_ONE_BY_ONE))

    @classmethod
    def of(cls, work: Work, caller: Caller, case: Case) -> "DisputeView":
        """The view of a dispute, its reasons opened."""
        row, shown = case.dispute, case.shown
        return cls(
            id=row.dispute_id,
            exchange_id=row.exchange_id,
            status=DisputeStatus(row.status),
            reason=reason_of(work, caller, case),
            giver_alias=shown.giver.alias,
            receiver_alias=shown.receiver.alias,
            opened_by="giver" if row.opener_id == shown.exchange.giver_id else "receiver",
            agreed_minutes=shown.exchange.minutes,
            delivered_minutes=shown.exchange.delivered_minutes,
            outcome=Outcome(row.outcome) if row.outcome else None,
            minutes=row.minutes,
            resolution_reason=resolution_of(work, caller, case),
            opened_at=row.opened_at,
            resolved_at=row.resolved_at,
        )


class OpenDispute(RequestBody):
    """What is wrong."""

    reason: Reason = Field(examples=["We met for half an hour, not for a whole one."])


class ResolveDispute(RequestBody):
    """A moderator's decision."""

    outcome: Outcome
    minutes: Minutes | None = Field(None, description="With the outcome `adjusted` only.")
    reason: Reason


async def _still_theirs(work: Work, caller: Caller, _: Request, kept: Kept) -> None:
    dispute = DisputeView.model_validate_json(kept.body)
    await queries.get_dispute(work.session, caller, dispute.id)


@router.post(
    "/exchanges/{exchange_id}/dispute",
    status_code=201,
    responses=raises(StepNotOpen, NotYourStep, TooLateToDispute, AlreadyDisputed),
)
@reaches(Relation.PARTY)
@rechecked_by(_still_theirs)
async def open_dispute(
    exchange_id: UUID, body: OpenDispute, caller: Member, work: Working
) -> DisputeView:
    """Something went wrong with my exchange: a moderator decides."""
    dispute = await operations.open_dispute(work, caller, exchange_id, body.reason)
    (case,) = await queries.find_cases(work.session, caller, [dispute])
    return DisputeView.of(work, caller, case)


@router.get("/disputes")
@reaches(Relation.PARTY, staff=Relation.BANK)
async def list_disputes(
    caller: MemberOrModerator,
    work: Working,
    page: Paging,
    status: DisputeStatus | None = None,
) -> Page[DisputeView]:
    """The bank's disputes for moderators, my own for members; who waits longest comes first.

    To moderators a list says neither names nor words: they read each case by itself.
    """
    pager = Pager(work.vault, caller.login_id, "disputes", page)
    rows = await queries.list_disputes(
        work.session, caller, status=status, after=pager.after_moment(), limit=page.limit + 1
    )
    items, cursor = pager.cut(rows, lambda row: [as_rfc3339(row.opened_at), str(row.dispute_id)])
    cases = await queries.find_cases(work.session, caller, items)
    views = [DisputeView.listed(work, caller, case) for case in cases]
    return Page[DisputeView](items=views, next_cursor=cursor)


@router.get("/disputes/{dispute_id}", responses=raises(Concerned))  # noqa: FAST003 the opening takes it
@reaches(Relation.PARTY, staff=Relation.BANK)
async def get_dispute(caller: MemberOrModerator, opened: OpenedCase, work: Working) -> DisputeView:
    """One dispute; its parties can see that a moderator read it."""
    return DisputeView.of(work, caller, opened)


@router.post(
    "/disputes/{dispute_id}/resolution",
    responses=raises(
        DisputeResolved,
        Concerned,
        MinutesDoNotFit,
        StepNotOpen,
        NotYourStep,
        OverOriginal,
        AccountClosed,
    ),
)
@reaches(Relation.BANK)
@rechecked_by(_still_theirs)
async def resolve_dispute(
    dispute_id: UUID, body: ResolveDispute, caller: Moderator, work: Working
) -> DisputeView:
    """Decide: as agreed, other minutes, or void."""
    dispute = await operations.resolve(
        work,
        caller,
        dispute_id,
        outcome=body.outcome,
        minutes=body.minutes,
        reason=body.reason,
    )
    (case,) = await queries.find_cases(work.session, caller, [dispute])
    return DisputeView.of(work, caller, case)
