"""Emergencies over HTTP: somebody must be reached outside, and two people agree that it is so."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.identity.access import FreshRecordReader, Keeper, RecordReader, Releaser, Reviewer
from app.kit.ground import Work
from app.kit.http import Route, Working
from app.kit.paging import Page, Pager, Paging
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import (
    Moment,
    NoBody,
    Reason,
    RequestBody,
    View,
)
from app.openings.rules import Concerned
from app.records import operations, queries
from app.records.opening import OpenedEmergency
from app.records.rules import (
    OPEN_FOR,
    EmergencyClosed,
    EmergencyReleased,
    EmergencyReviewed,
    ReviewOverdue,
    SecondPersonNeeded,
)
from app.records.tables import Emergency

router = APIRouter(prefix="/v1", route_class=Route, tags=["records"])


class AskForEmergency(RequestBody):
    """Who must be reached, and why now."""

    member_id: UUID
    reason: Reason = Field(examples=["A flood at the meeting place; she may be on her way."])


class ReviewEmergency(RequestBody):
    """What the reviewer found."""

    finding: Reason


class EmergencyView(View):
    """An emergency; who took part stays in the records of the bank."""

    id: UUID
    member_id: UUID
    status: Literal["asked", "released", "reviewed"]
    reason: str | None = Field(description="Why it was asked for; null in a list.")
    finding: str | None = Field(description="What its reviewer found; null in a list.")
    asked_at: Moment
    open_until: Moment | None

    @classmethod
    def of(cls, row: Emergency, reason: str | None, finding: str | None) -> "EmergencyView":
        """The view of a row, with these words."""
        until: datetime | None = row.released_at and row.released_at + OPEN_FOR
        released = "released" if row.released_at else "asked"
        return cls.model_validate(
            {
                "id": row.emergency_id,
                "member_id": row.member_id,
                "status": "reviewed" if row.reviewed_at else released,
                "reason": reason,
                "finding": finding,
                "asked_at": row.asked_at,
                "open_until": until,
            }
        )

    @classmethod
    def listed(cls, row: Emergency) -> "EmergencyView":
        """The view of a row in a list, without words."""
        return cls.of(row, None, None)

    @classmethod
    def whole(cls, work: Work, row: Emergency) -> "EmergencyView":
        """The view of a row, its words opened."""
        key, finding = (row.bank_id, row.emergency_id), row.finding_sealed
        return cls.of(
            row,
            work.envelopes.open(row.reason_sealed, "emergency", *key),
            work.envelopes.open(finding, "finding", *key) if finding else None,
        )


class ContactView(View):
    """Where somebody can be reached outside."""

    email: str


@router.post("/emergencies", status_code=201, responses=raises(Concerned, ReviewOverdue))
@reaches(Relation.BANK)
async def ask_for_emergency(
    body: AskForEmergency, caller: RecordReader, work: Working
) -> EmergencyView:
    """Ask that a member may be reached outside. Somebody else has to release it."""
    row = await operations.ask_for_emergency(work, caller, body.member_id, body.reason)
    return EmergencyView.whole(work, row)


@router.get("/emergencies")
@reaches(Relation.BANK)
async def list_emergencies(caller: Keeper, work: Working, page: Paging) -> Page[EmergencyView]:
    """The bank's emergencies, newest first; why each was asked for is read one by one."""
    pager = Pager(work.vault, caller.login_id, "emergencies", page)
    rows = await queries.list_emergencies(
        work.session, caller, after=pager.after_moment(), limit=pager.rows_max
    )
    return pager.page(rows, lambda row: (row.asked_at, row.emergency_id), EmergencyView.listed)


@router.get("/emergencies/{emergency_id}", responses=raises(Concerned))  # noqa: FAST003 the same
@reaches(Relation.BANK)
async def get_emergency(_: Keeper, opened: OpenedEmergency, work: Working) -> EmergencyView:
    """One emergency, with why it was asked for: to be read before it is released or reviewed."""
    return EmergencyView.whole(work, opened)


@router.post(
    "/emergencies/{emergency_id}/release",
    responses=raises(Concerned, SecondPersonNeeded, EmergencyReleased, EmergencyClosed),
)
@reaches(Relation.BANK)
async def release_emergency(
    emergency_id: UUID, caller: Releaser, work: Working, _: NoBody | None = None
) -> EmergencyView:
    """Release what somebody else asked for: open to them for half an hour."""
    return EmergencyView.whole(work, await operations.release(work, caller, emergency_id))


@router.post("/emergencies/{emergency_id}/contact", responses=raises(EmergencyClosed, Concerned))
@reaches(Relation.BANK)
async def open_contact(
    emergency_id: UUID, caller: FreshRecordReader, work: Working, _: NoBody | None = None
) -> ContactView:
    """Read the member's address, as the one who asked, while it is open; written down."""
    return ContactView(email=await operations.open_contact(work, caller, emergency_id))


@router.post(
    "/emergencies/{emergency_id}/review",
    responses=raises(SecondPersonNeeded, EmergencyReviewed, Concerned),
)
@reaches(Relation.BANK)
async def review_emergency(
    emergency_id: UUID, body: ReviewEmergency, caller: Reviewer, work: Working
) -> EmergencyView:
    """Say afterwards whether it was right; without it there is no next one."""
    row = await operations.review(work, caller, emergency_id, body.finding)
    return EmergencyView.whole(work, row)
