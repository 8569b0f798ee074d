"""Disputes over HTTP."""

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
from app.moderation import operations, queries
from app.moderation.rules import (
    AlreadyDisputed,
    DisputeResolved,
    DisputeStatus,
    MinutesDoNotFit,
    Outcome,
    OwnCase,
)
from app.moderation.tables import Dispute

router = APIRouter(prefix="/v1", route_class=Route, tags=["moderation"])


class DisputeView(View):
    """A disagreement about one exchange, and its outcome once there is one."""

    id: UUID
    exchange_id: UUID
    status: DisputeStatus
    reason: str | None = Field(description="Null when its author has left and was forgotten.")
    outcome: Outcome | None
    minutes: int | None = Field(description="What the exchange came to; null when void or open.")
    resolution_reason: str | None
    opened_at: Moment
    resolved_at: Moment | None

    @classmethod
    def of(cls, work: Work, row: Dispute) -> "DisputeView":
        """The view of a dispute, its reasons opened."""
        sealed, key = row.resolution_sealed, (row.bank_id, row.dispute_id)
        return cls(
            id=row.dispute_id,
            exchange_id=row.exchange_id,
            status=DisputeStatus(row.status),
            reason=work.envelopes.open(row.reason_sealed, "dispute", *key),
            outcome=Outcome(row.outcome) if row.outcome else None,
            minutes=row.minutes,
            resolution_reason=work.envelopes.open(sealed, "resolution", *key) if sealed else None,
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
    return DisputeView.of(work, dispute)


@router.get("/disputes")
@reaches(Relation.PARTY, staff=Relation.BANK)
async def list_disputes(
    caller: MemberOrModerator,
    work: Working,
    page: Paging,
    status: DisputeStatus | None = None,
) -> Page[DisputeView]:
    """The bank's disputes for moderators, my own for members; who waits longest comes first."""
    pager = Pager(work.vault, caller.login_id, "disputes", page)
    rows = await queries.list_disputes(
        work.session, caller, status=status, after=pager.after_moment(), limit=page.limit + 1
    )
    items, cursor = pager.cut(rows, lambda row: [as_rfc3339(row.opened_at), str(row.dispute_id)])
    views = [DisputeView.of(work, row) for row in items]
    return Page[DisputeView](items=views, next_cursor=cursor)


@router.get("/disputes/{dispute_id}")
@reaches(Relation.PARTY, staff=Relation.BANK)
async def get_dispute(dispute_id: UUID, caller: MemberOrModerator, work: Working) -> DisputeView:
    """One dispute."""
    return DisputeView.of(work, await queries.get_dispute(work.session, caller, dispute_id))


@router.post(
    "/disputes/{dispute_id}/resolution",
    responses=raises(DisputeResolved, OwnCase, MinutesDoNotFit, StepNotOpen, NotYourStep),
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
    return DisputeView.of(work, dispute)
