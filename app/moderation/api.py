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
from app.kit.values import Minutes, Reason, RequestBody
from app.ledger.reversing.rules import NotReversible, OverOriginal
from app.ledger.rules import AccountClosed
from app.moderation import operations, queries
from app.moderation.appeals.rules import AnotherModerator
from app.moderation.opening import OpenedCase
from app.moderation.rules import (
    AlreadyDisputed,
    DisputeResolved,
    DisputeStatus,
    MinutesDoNotFit,
    Outcome,
    WouldTell,
)
from app.moderation.views import DISAGREED, DisputeView, refuse_unreadable
from app.openings.rules import Concerned

router = APIRouter(prefix="/v1", route_class=Route, tags=["moderation"])


class OpenDispute(RequestBody):
    """What is wrong."""

    reason: Reason = Field(examples=[DISAGREED])


class ResolveDispute(RequestBody):
    """A moderator's decision."""

    outcome: Outcome = Field(examples=[Outcome.ADJUSTED])
    minutes: Minutes | None = Field(
        None, examples=[30], description="With the outcome `adjusted` only."
    )
    reason: Reason = Field(examples=["Both say half an hour."])


async def _still_theirs(work: Work, caller: Caller, _: Request, kept: Kept) -> None:
    await refuse_unreadable(work, caller, kept)


@router.post(
    "/exchanges/{exchange_id}/dispute",
    status_code=201,
    responses=raises(StepNotOpen, NotYourStep, TooLateToDispute, AlreadyDisputed, WouldTell),
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
        work.session, caller, status=status, after=pager.after_moment(), limit=pager.rows_max
    )
    items, cursor = pager.cut(rows, lambda row: (row.opened_at, row.dispute_id))
    cases = await queries.find_cases(work.session, caller, items)
    return Page(
        items=[DisputeView.listed(work, caller, case) for case in cases], next_cursor=cursor
    )


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
        AnotherModerator,
        MinutesDoNotFit,
        StepNotOpen,
        NotYourStep,
        NotReversible,
        OverOriginal,
        AccountClosed,
    ),
)
@reaches(Relation.BANK)
@rechecked_by(_still_theirs)
async def resolve_dispute(
    dispute_id: UUID, body: ResolveDispute, caller: Moderator, work: Working
) -> DisputeView:
    """Decide: as agreed, other minutes, or void; of an appeal, as another moderator."""
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
