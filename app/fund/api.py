"""The community fund over HTTP."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from app.fund import operations
from app.fund.rules import GrantOverBudget, GrantOverCap
from app.identity.access import MEMBERS_ONLY, Coordinator
from app.identity.rules import Caller
from app.kit.errors import AppError
from app.kit.ground import Work
from app.kit.hot import Batching, Done, in_batches
from app.kit.http import Route, Working
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import Minutes, Moment, Reason, RequestBody, View
from app.ledger.operations import Posted
from app.ledger.rules import AccountClosed, NotEnoughHours, OverCeiling
from app.openings.rules import Concerned

router = APIRouter(prefix="/v1", route_class=Route, tags=["fund"])


class Donate(RequestBody):
    """How much to give."""

    minutes: Minutes = Field(examples=[60])


class DonationView(View):
    """What was given, and what is left."""

    id: UUID = Field(description="The posting's id, as in the statement.")
    minutes: int
    balance_minutes: int
    at: Moment

    @classmethod
    def of(cls, posted: Posted) -> "DonationView":
        """The view of a donation as it was posted."""
        (leg,) = posted.legs
        return cls(
            id=posted.posting_ids[0],
            minutes=leg.leg.minutes,
            balance_minutes=leg.debit_balance,
            at=posted.posted_at,
        )


class GiveGrant(RequestBody):
    """Who gets how much from the fund, and why."""

    member_id: UUID
    minutes: Minutes = Field(examples=[120])
    reason: Reason = Field(examples=["To begin with, until the first hours are given."])


class GrantView(View):
    """What was granted."""

    id: UUID
    member_id: UUID
    minutes: int
    at: Moment


async def _donate_many(work: Work, asked: Sequence[tuple[Caller, int]]) -> list[Done | AppError]:
    return [
        Done(DonationView.of(answer), answer.deed_id) if isinstance(answer, Posted) else answer
        for answer in await operations.donate_many(work, asked)
    ]


@router.post(
    "/donations",
    status_code=201,
    response_model=DonationView,
    dependencies=[MEMBERS_ONLY],
    responses=raises(NotEnoughHours, OverCeiling, AccountClosed),
)
@reaches(Relation.OWN)
@in_batches(_donate_many)
async def donate(body: Donate, batch: Batching) -> Response:
    """Give some of my hours to the community fund."""
    return await batch(body.minutes)


@router.post(
    "/grants",
    status_code=201,
    responses=raises(
        GrantOverBudget, GrantOverCap, Concerned, NotEnoughHours, OverCeiling, AccountClosed
    ),
)
@reaches(Relation.BANK)
async def give_grant(body: GiveGrant, caller: Coordinator, work: Working) -> GrantView:
    """Give a member hours from the fund, within the bank's budget and cap."""
    row = await operations.grant(
        work, caller, member_id=body.member_id, minutes=body.minutes, reason=body.reason
    )
    return GrantView(
        id=row.grant_id, member_id=row.member_id, minutes=row.minutes, at=row.granted_at
    )
