"""Appealing over HTTP; the decision is a resolution of the dispute, as the first one was."""

from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field

from app.identity.access import Member
from app.identity.rules import Caller
from app.kit.ground import Work
from app.kit.http import Route, Working, rechecked_by
from app.kit.idempotency import Kept
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import Reason, RequestBody
from app.moderation import queries as disputes
from app.moderation.appeals import operations
from app.moderation.appeals.rules import AlreadyAppealed, NotResolvedYet, TooLateToAppeal
from app.moderation.rules import WouldTell
from app.moderation.views import DisputeView, refuse_unreadable

router = APIRouter(prefix="/v1/disputes", route_class=Route, tags=["moderation"])


class AppealOutcome(RequestBody):
    """Why the outcome is not right."""

    reason: Reason = Field(examples=["We were at it for an hour: she came at five."])


async def _still_theirs(work: Work, caller: Caller, _: Request, kept: Kept) -> None:
    await refuse_unreadable(work, caller, kept)


@router.post(
    "/{dispute_id}/appeal",
    status_code=201,
    responses=raises(NotResolvedYet, AlreadyAppealed, TooLateToAppeal, WouldTell),
)
@reaches(Relation.PARTY)
@rechecked_by(_still_theirs)
async def appeal_dispute(
    dispute_id: UUID, body: AppealOutcome, caller: Member, work: Working
) -> DisputeView:
    """Ask, once, for another moderator's decision; the outcome stands until then."""
    dispute = await operations.appeal(work, caller, dispute_id, body.reason)
    (case,) = await disputes.find_cases(work.session, caller, [dispute])
    return DisputeView.of(work, caller, case)
