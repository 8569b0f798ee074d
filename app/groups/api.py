"""Group sessions over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.groups import operations
from app.groups.operations import Done
from app.groups.rules import (
    COMPANIONS_MAX,
    LEVY_PERCENT_MAX,
    PEOPLE_MAX,
    NotOneToMany,
    PersonTwice,
    Sharing,
    SomebodyNotMet,
    Terms,
)
from app.identity.access import Coordinator
from app.kit.errors import NotFound
from app.kit.http import Route, Working
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import Minutes, Moment, Reason, RequestBody, View
from app.ledger.rules import AccountClosed, NotEnoughHours, OverCeiling
from app.openings.rules import Concerned

router = APIRouter(prefix="/v1", route_class=Route, tags=["groups"])
_SOMEBODY = "5f0c7f6e-6f0b-4f5a-9d53-0f3d0d4c2a10"
_SOMEBODY_ELSE = "b7a1c9b2-1d4e-4a38-8c47-3a2f8a9e6c55"
People = Annotated[list[UUID], Field(min_length=1, max_length=PEOPLE_MAX)]


class Companion(RequestBody):
    """Somebody who interpreted or kept company; their minutes come from the fund."""

    member_id: UUID
    minutes: Minutes = Field(examples=[60])


class PostGroupSession(RequestBody):
    """A session as it took place: one giver and many receivers, or the reverse."""

    giver_ids: People = Field(examples=[[_SOMEBODY]])
    receiver_ids: People = Field(examples=[[_SOMEBODY_ELSE]])
    minutes: Minutes = Field(
        examples=[60], description="How long it took: every giver gave that long."
    )
    sharing: Sharing = Field(
        Sharing.SHARED,
        description="`shared`: the receivers share the givers' minutes in equal parts. `each`: each"
        " gives them all, and what exceeds the givers' time goes to the fund.",
    )
    levy_percent: int = Field(
        0,
        ge=0,
        le=LEVY_PERCENT_MAX,
        strict=True,
        description="What part of their minutes the givers leave to the fund; rounded down.",
    )
    companions: list[Companion] = Field([], max_length=COMPANIONS_MAX)
    note: Reason | None = Field(None, description="What it was; kept sealed.")

    @property
    def terms(self) -> Terms:
        """The same as values.

        Raises:
            NotOneToMany: when several give to several.
            PersonTwice: when somebody is named twice.
        """
        return Terms.of(
            self.giver_ids,
            self.receiver_ids,
            [(one.member_id, one.minutes) for one in self.companions],
            minutes=self.minutes,
            sharing=self.sharing,
            levy_percent=self.levy_percent,
        )


class ShareView(View):
    """What a session changed for one of those who took part."""

    member_id: UUID
    part: Literal["giver", "receiver", "companion"]
    minutes: int = Field(description="Positive for what was got, negative for what was given up.")


class GroupSessionView(View):
    """A session as it was posted; the shares and the fund's part sum to zero."""

    id: UUID
    minutes: int
    shares: list[ShareView]
    fund_minutes: int
    posting_ids: list[UUID] = Field(description="For putting one of them right.")
    at: Moment

    @classmethod
    def of(cls, done: Done) -> "GroupSessionView":
        """The view of what was done."""
        gave, companions = done.terms.givers, done.terms.companions
        shares = [
            ShareView(member_id=one, part="giver" if one in gave else "receiver", minutes=minutes)
            for one, minutes in sorted(done.shares.people.items())
        ]
        shares += [
            ShareView(member_id=one, part="companion", minutes=minutes)
            for one, minutes in sorted(companions.items())
        ]
        return cls(
            id=done.posted.deed_id,
            minutes=done.terms.minutes,
            shares=shares,
            fund_minutes=done.shares.fund - sum(companions.values()),
            posting_ids=list(done.posted.posting_ids),
            at=done.posted.posted_at,
        )


@router.post(
    "/group-sessions",
    status_code=201,
    responses=raises(
        NotFound,
        SomebodyNotMet,
        Concerned,
        NotOneToMany,
        PersonTwice,
        NotEnoughHours,
        OverCeiling,
        AccountClosed,
    ),
)
@reaches(Relation.BANK)
async def post_group_session(
    body: PostGroupSession, caller: Coordinator, work: Working
) -> GroupSessionView:
    """Post a group session: everybody's minutes in one step, all or nothing."""
    done = await operations.post_session(work, caller, body.terms, body.note)
    return GroupSessionView.of(done)
