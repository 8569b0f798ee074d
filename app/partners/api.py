"""Partner banks and transfers over HTTP, for staff."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from app.identity.access import Admin, AdminOrCoordinator, Coordinator
from app.kit.http import Route, Working
from app.kit.paging import Whole
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import Minutes, Moment, Reason, RequestBody, Slug, View
from app.ledger.rules import NotEnoughHours
from app.openings.rules import Concerned
from app.partners import operations, queries
from app.partners.rules import (
    Limits,
    NotPartners,
    OverPartnerLimit,
    OwnBank,
    TooManyPartners,
    TransferStatus,
)
from app.partners.tables import Transfer

router = APIRouter(prefix="/v1", route_class=Route, tags=["partners"])
LIMIT_MAX = 600_000
"""The most that a limit of a clearing account may be, in minutes: ten thousand hours."""


class AgreePartner(RequestBody):
    """How far this bank's clearing account for the partner may go."""

    floor_minutes: Annotated[int, Field(strict=True, ge=-LIMIT_MAX, le=0)] = Field(
        examples=[-1_200],
        description="So much more may have come from the partner than went there, as a minus.",
    )
    ceiling_minutes: Annotated[int, Field(strict=True, ge=0, le=LIMIT_MAX)] = Field(
        examples=[1_200],
        description="So much more may have gone to the partner than came from there.",
    )


class PartnerView(View):
    """A partner bank, what both sides agreed, and where the hours stand."""

    bank: str
    name: str
    is_agreed: bool
    is_agreed_by_partner: bool
    floor_minutes: int
    ceiling_minutes: int
    balance_minutes: int = Field(description="More went there than came from there, if above 0.")
    under_way_minutes: int = Field(description="Sent by us, not yet taken or returned.")


class SendHours(RequestBody):
    """Who here received a service from whom in the partner bank, how long, and what it was."""

    partner: Slug = Field(examples=["partner"])
    member_id: UUID
    giver_id: UUID = Field(description="The giver's member id in the partner bank.")
    minutes: Minutes = Field(examples=[60])
    reason: Reason = Field(examples=["An hour of bicycle repair on Saturday."])


class TransferView(View):
    """A transfer and how far it is; never why the partner returned it."""

    id: UUID
    member_id: UUID
    minutes: int
    status: TransferStatus
    sent_at: Moment
    ended_at: Moment | None = Field(examples=[None])

    @classmethod
    def of(cls, row: Transfer) -> "TransferView":
        """The view of a row."""
        return cls(
            id=row.transfer_id,
            member_id=row.member_id,
            minutes=row.minutes,
            status=TransferStatus(row.status),
            sent_at=row.sent_at,
            ended_at=row.ended_at,
        )


@router.get("/partners")
@reaches(Relation.BANK)
async def list_partners(caller: AdminOrCoordinator, work: Working) -> Whole[PartnerView]:
    """The partner banks, and where the hours between us stand."""
    rows = await queries.list_partners(work.session, caller.bank_id)
    return Whole(items=[PartnerView.model_validate(row) for row in rows])


@router.put("/partners/{bank}", responses=raises(OwnBank, TooManyPartners))
@reaches(Relation.BANK)
async def agree_with_partner(
    bank: Slug, body: AgreePartner, caller: Admin, work: Working
) -> PartnerView:
    """Agree to clear hours with another bank, or change our limits; its admin has to agree too."""
    limits = Limits(body.floor_minutes, body.ceiling_minutes)
    return PartnerView.model_validate(await operations.agree(work, caller, bank, limits))


@router.delete("/partners/{bank}", status_code=204, response_class=Response)
@reaches(Relation.BANK)
async def leave_partner(bank: Slug, caller: Admin, work: Working) -> None:
    """Clear no more hours with this bank; what is on its way still arrives or comes back."""
    await operations.withdraw(work, caller, bank)


@router.post(
    "/transfers",
    status_code=202,
    responses=raises(NotPartners, OverPartnerLimit, Concerned, NotEnoughHours),
)
@reaches(Relation.BANK)
async def send_hours(body: SendHours, caller: Coordinator, work: Working) -> TransferView:
    """Send a member's hours to a giver in a partner bank, which decides whether it takes them."""
    row = await operations.send(
        work,
        caller,
        partner=body.partner,
        member_id=body.member_id,
        giver_id=body.giver_id,
        minutes=body.minutes,
        reason=body.reason,
    )
    return TransferView.of(row)


@router.get("/transfers/{transfer_id}")
@reaches(Relation.BANK)
async def get_transfer(transfer_id: UUID, caller: Coordinator, work: Working) -> TransferView:
    """How far a transfer is: sent, delivered or returned."""
    row = await queries.get_transfer(work.session, caller.bank_id, transfer_id)
    return TransferView.of(row)
