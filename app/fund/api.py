"""The community fund over HTTP."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.fund import operations
from app.fund.rules import GrantOverBudget, GrantOverCap, OwnGrant
from app.identity.access import Coordinator, Member
from app.kit.http import Route, Working
from app.kit.problems import raises
from app.kit.values import Instant, Minutes, Reason, RequestBody, View
from app.ledger.rules import NotEnoughHours

router = APIRouter(prefix="/v1", route_class=Route, tags=["fund"])


class Donate(RequestBody):
    """How much to give."""

    minutes: Minutes = Field(examples=[60])


class DonationView(View):
    """What was given, and what is left."""

    id: UUID = Field(description="The posting's id, as in the statement.")
    minutes: int
    balance_minutes: int
    at: Instant


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
    at: Instant


@router.post("/donations", status_code=201, responses=raises(NotEnoughHours))
async def donate(body: Donate, caller: Member, work: Working) -> DonationView:
    """Give some of my hours to the community fund."""
    posted = await operations.donate(work, caller, body.minutes)
    (leg,) = posted.legs
    return DonationView(
        id=posted.posting_ids[0],
        minutes=body.minutes,
        balance_minutes=leg.debit_balance,
        at=posted.posted_at,
    )


@router.post(
    "/grants",
    status_code=201,
    responses=raises(GrantOverBudget, GrantOverCap, OwnGrant, NotEnoughHours),
)
async def give_grant(body: GiveGrant, caller: Coordinator, work: Working) -> GrantView:
    """Give a member hours from the fund, within the bank's budget and cap."""
    row = await operations.grant(
        work, caller, member_id=body.member_id, minutes=body.minutes, reason=body.reason
    )
    return GrantView(
        id=row.grant_id, member_id=row.member_id, minutes=row.minutes, at=row.granted_at
    )
