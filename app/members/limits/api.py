"""Limits over HTTP: a member's for coordinators, the bank's for admins."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from app.banks import queries as banks
from app.banks.rules import OpeningOverCeiling
from app.identity.access import Admin, Coordinator
from app.kit.errors import NotFound, Stale
from app.kit.http import Route, Working
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import Reason, RequestBody, View
from app.kit.versions import IfMatch, tagged
from app.ledger import queries as ledger
from app.ledger.accounts.rules import LIMIT_MINUTES_MAX, Limits
from app.ledger.limits.operations import limits_etag
from app.ledger.rules import AccountClosed
from app.ledger.tables import Account
from app.members.limits import operations, queries
from app.members.limits.operations import Wish
from app.openings import operations as openings
from app.openings.rules import Concerned, OpeningKind

router = APIRouter(prefix="/v1", route_class=Route, tags=["members"])
Floor = Annotated[int, Field(strict=True, ge=-LIMIT_MINUTES_MAX, le=0)]
Ceiling = Annotated[int, Field(strict=True, ge=0, le=LIMIT_MINUTES_MAX)]


class LimitsView(View):
    """How far a balance may go, in minutes; whoever is past it can only come back."""

    floor_minutes: int
    ceiling_minutes: int | None = Field(description="Null: no ceiling.")

    @classmethod
    def of(cls, limits: Limits) -> "LimitsView":
        """The view of limits."""
        return cls(floor_minutes=limits.floor, ceiling_minutes=limits.ceiling)


class SetLimits(RequestBody):
    """What changes and why; what is left out stays."""

    reason: Reason = Field(examples=["We agreed on it when we met."])
    floor_minutes: Floor | None = Field(None, examples=[-360])
    ceiling_minutes: Ceiling | None = Field(None, description="Null: no ceiling.")

    def wish(self, if_match: str | None) -> Wish:
        """The same as a value."""
        named = "ceiling_minutes" in self.model_fields_set
        return Wish(self.floor_minutes, self.ceiling_minutes, named, self.reason, if_match)


async def _opened(member_id: UUID, caller: Coordinator, work: Working) -> Account:
    """The member's account; the look at it is written down."""
    account_id = await queries.get_active_account_id(work.session, caller.bank_id, member_id)
    await openings.open_case(work, caller, [member_id], OpeningKind.LIMITS, None)
    return await ledger.get_account(work.session, caller.bank_id, account_id)


@router.get("/members/{member_id}/limits", responses=tagged() | raises(NotFound, Concerned))
@reaches(Relation.BANK)
async def get_member_limits(
    _: Coordinator, row: Annotated[Account, Depends(_opened)], response: Response
) -> LimitsView:
    """A member's limits; the member can see that they were looked at."""
    limits = Limits(row.policy_floor_minutes, row.policy_ceiling_minutes)
    response.headers["ETag"] = limits_etag(row.account_id, limits)
    return LimitsView.of(limits)


@router.patch(
    "/members/{member_id}/limits",
    responses=tagged() | raises(NotFound, Concerned, Stale, AccountClosed),
)
@reaches(Relation.BANK)
async def set_member_limits(
    member_id: UUID,
    body: SetLimits,
    caller: Coordinator,
    work: Working,
    response: Response,
    if_match: IfMatch = None,
) -> LimitsView:
    """Give a member limits of their own, with a reason."""
    wish = body.wish(if_match)
    response.headers["ETag"], limits = await operations.set_for_member(
        work, caller, member_id, wish
    )
    return LimitsView.of(limits)


@router.get("/bank/limits", responses=tagged())
@reaches(Relation.BANK)
async def get_bank_limits(caller: Admin, work: Working, response: Response) -> LimitsView:
    """The limits of all who have none of their own."""
    bank = await banks.get_bank_by_id(work.session, caller.bank_id)
    limits = Limits(bank.floor_minutes, bank.ceiling_minutes)
    response.headers["ETag"] = limits_etag(bank.bank_id, limits)
    return LimitsView.of(limits)


@router.patch("/bank/limits", responses=tagged() | raises(Stale, OpeningOverCeiling))
@reaches(Relation.BANK)
async def set_bank_limits(
    body: SetLimits, caller: Admin, work: Working, response: Response, if_match: IfMatch = None
) -> LimitsView:
    """Change the limits of all who have none of their own, with a reason."""
    wish = body.wish(if_match)
    response.headers["ETag"], limits = await operations.set_for_bank(work, caller, wish)
    return LimitsView.of(limits)
