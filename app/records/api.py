"""Members' records for staff, over HTTP. Every look is written down, and the member can see it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StringConstraints, model_validator

from app.identity.access import FreshRecordReader, Keeper, RecordReader, Releaser, Reviewer
from app.kit.ground import Work
from app.kit.http import Route, Working
from app.kit.paging import Page, Pager, Paging
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import (
    Alias,
    Email,
    Line,
    Moment,
    NoBody,
    Reason,
    RequestBody,
    View,
    WholeNumber,
    as_rfc3339,
)
from app.members.rules import Level, MemberKind, MemberStatus
from app.members.tables import Member
from app.openings.rules import Concerned
from app.records import operations, queries
from app.records.opening import OpenedEmergency, OpenedRecord
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


SignInCode = Annotated[Line, StringConstraints(min_length=1, max_length=64, pattern="^[^@]+$")]


class LookUp(RequestBody):
    """An exact e-mail, alias or sign-in code, and why; there is no search by a part of one."""

    email: Email | None = Field(None, examples=["ana@example.org"])
    alias: Alias | None = None
    code: SignInCode | None = None
    reason: Reason = Field(examples=["She asked at the desk for help with her password."])

    @model_validator(mode="after")
    def _one_of_them(self) -> "LookUp":
        if sum(one is not None for one in (self.email, self.alias, self.code)) != 1:
            raise ValueError("give either email, alias or code")
        return self


class RecordView(View):
    """A member's record. Neither e-mail nor anything sealed is in it."""

    id: UUID
    alias: str
    kind: MemberKind
    status: MemberStatus
    languages: list[str]
    requested_at: Moment

    @classmethod
    def of(cls, row: Member) -> "RecordView":
        """The view of a row."""
        return cls(
            id=row.member_id,
            alias=row.alias,
            kind=MemberKind(row.kind),
            status=MemberStatus(row.status),
            languages=row.languages,
            requested_at=row.requested_at,
        )


class RecordList(View):
    """Whoever has exactly this address or alias; an alias may be several people's."""

    items: list[RecordView]
    next_cursor: None = None


class GiveLevel(RequestBody):
    """The level, and why."""

    level: Annotated[Level, WholeNumber]
    reason: Reason = Field(examples=["She came to the workshop on Saturday."])


class LevelView(View):
    """A member's level, for staff only."""

    id: UUID
    level: Level


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


@router.post("/members/lookup", responses=raises(Concerned))
@reaches(Relation.BANK)
async def look_up_member(body: LookUp, caller: RecordReader, work: Working) -> RecordList:
    """Find a member by e-mail, alias or code; the member can read that it was done, and why."""
    name = body.email or body.code
    rows = await operations.look_up(
        work, caller, username=name, alias=body.alias, reason=body.reason
    )
    return RecordList(items=[RecordView.of(row) for row in rows])


@router.get("/members/{member_id}", responses=raises(Concerned))  # noqa: FAST003 the opening takes it
@reaches(Relation.BANK)
async def get_record(_: RecordReader, opened: OpenedRecord) -> RecordView:
    """A member's record, for a reason; the member can read that it was opened, and why."""
    return RecordView.of(opened)


@router.put("/members/{member_id}/level", responses=raises(Concerned))
@reaches(Relation.BANK)
async def give_level(
    member_id: UUID, body: GiveLevel, caller: RecordReader, work: Working
) -> LevelView:
    """Say how well the staff know a member. Neither the member nor anybody else sees it."""
    row = await operations.give_level(work, caller, member_id, body.level, body.reason)
    return LevelView(id=row.member_id, level=Level(row.level))


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
        work.session, caller.bank_id, after=pager.after_moment(), limit=page.limit + 1
    )
    items, cursor = pager.cut(rows, lambda row: [as_rfc3339(row.asked_at), str(row.emergency_id)])
    return Page[EmergencyView](
        items=[EmergencyView.of(row, None, None) for row in items], next_cursor=cursor
    )


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
