"""Members' records for staff, over HTTP. Every look is written down, and the member can see it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import ConfigDict, Field, StringConstraints, model_validator

from app.identity.access import RecordReader
from app.kit.http import Route, Working
from app.kit.misfits import Misfit, Wording
from app.kit.paging import Whole
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import (
    Alias,
    Email,
    Line,
    Moment,
    Reason,
    RequestBody,
    View,
    WholeNumber,
)
from app.members.rules import Level, MemberKind, MemberStatus
from app.members.tables import Member
from app.openings.rules import Concerned
from app.records import operations
from app.records.opening import OpenedRecord

router = APIRouter(prefix="/v1", route_class=Route, tags=["records"])
EITHER = Wording("Give one of email, alias and code.", "Navedite eno od email, alias in code.")


SignInCode = Annotated[Line, StringConstraints(min_length=1, max_length=64, pattern="^[^@]+$")]


class LookUp(RequestBody):
    """An exact e-mail, alias or sign-in code, and why; there is no search by a part of one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"email": "ana@example.org", "reason": "She asked at the desk."}]
        }
    )

    email: Email | None = None
    alias: Alias | None = None
    code: SignInCode | None = None
    reason: Reason

    @model_validator(mode="after")
    def _one_of_them(self) -> "LookUp":
        if sum(one is not None for one in (self.email, self.alias, self.code)) != 1:
            raise Misfit(EITHER)
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


class GiveLevel(RequestBody):
    """The level, and why."""

    level: Annotated[Level, WholeNumber] = Field(
        description="0 approved from afar, 1 met in person, 2 took part in a group session, "
        "3 may have exchanges one to one."
    )
    reason: Reason = Field(examples=["She came to the workshop on Saturday."])


class LevelView(View):
    """A member's level, for staff only."""

    id: UUID
    level: Level


@router.post("/members/lookup")
@reaches(Relation.BANK)
async def look_up_member(body: LookUp, caller: RecordReader, work: Working) -> Whole[RecordView]:
    """Find a member by e-mail, alias or code; the member can read that it was done, and why."""
    name = body.email or body.code
    rows = await operations.look_up(
        work, caller, username=name, alias=body.alias, reason=body.reason
    )
    return Whole(items=[RecordView.of(row) for row in rows])


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
