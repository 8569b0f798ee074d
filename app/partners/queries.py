"""Reading agreements, transfers and arrivals."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.banks import queries as banks
from app.banks.tables import Bank
from app.kit.db import lock_many, lock_one
from app.kit.errors import NotFound
from app.ledger import queries as books
from app.partners.rules import LOOKED_AT_MAX, PARTNERS_MAX, TransferStatus
from app.partners.tables import Agreement, Arrival, Transfer


class Partner(NamedTuple):
    """A partner bank as an admin sees it, in minutes."""

    bank: str
    name: str
    is_agreed: bool
    is_agreed_by_partner: bool
    floor_minutes: int
    ceiling_minutes: int
    balance_minutes: int
    under_way_minutes: int


async def lock_agreement(
    session: AsyncSession, bank_id: UUID, partner_bank_id: UUID
) -> Agreement | None:
    """This bank's side, if it ever agreed, locked: its clearing account moves under this lock."""
    asked = select(Agreement).where(
        Agreement.bank_id == bank_id, Agreement.partner_bank_id == partner_bank_id
    )
    return await lock_one(session, asked)


async def is_agreed(session: AsyncSession, bank_id: UUID, partner_bank_id: UUID) -> bool:
    """Whether this bank agrees to clear hours with that one."""
    asked = select(Agreement.bank_id).where(
        Agreement.bank_id == bank_id,
        Agreement.partner_bank_id == partner_bank_id,
        Agreement.withdrawn_at.is_(None),
    )
    return (await session.scalar(asked)) is not None


async def list_agreements(session: AsyncSession, bank_id: UUID) -> Sequence[Agreement]:
    """All agreements of a bank, those that were withdrawn too."""
    asked = (
        select(Agreement)
        .where(Agreement.bank_id == bank_id)
        .order_by(Agreement.partner_bank_id)
        .limit(PARTNERS_MAX)
    )
    return (await session.scalars(asked)).all()


async def list_partners(session: AsyncSession, bank_id: UUID) -> list[Partner]:
    """All partners of a bank, by slug."""
    rows = await list_agreements(session, bank_id)
    return sorted([await show(session, row) for row in rows])


async def show(session: AsyncSession, row: Agreement) -> Partner:
    """The partner of an agreement."""
    bank = await banks.get_bank_by_id(session, row.partner_bank_id)
    account = await books.get_account(session, row.bank_id, row.account_id)
    return Partner(
        bank=bank.slug,
        name=bank.name,
        is_agreed=row.withdrawn_at is None,
        is_agreed_by_partner=await is_agreed(session, row.partner_bank_id, row.bank_id),
        floor_minutes=row.floor_minutes,
        ceiling_minutes=row.ceiling_minutes,
        balance_minutes=account.balance_minutes,
        under_way_minutes=account.held_minutes,
    )


async def find_partner(session: AsyncSession, bank_id: UUID, slug: str) -> Bank | None:
    """The bank of this slug, when both banks agree."""
    partner = await banks.find_bank(session, slug)
    if partner is None or not await is_agreed(session, partner.bank_id, bank_id):
        return None
    return partner


async def get_transfer(session: AsyncSession, bank_id: UUID, transfer_id: UUID) -> Transfer:
    """A transfer of this bank.

    Raises:
        NotFound: when it has none of this id.
    """
    asked = select(Transfer).where(Transfer.bank_id == bank_id, Transfer.transfer_id == transfer_id)
    transfer = (await session.scalars(asked)).one_or_none()
    if transfer is None:
        raise NotFound
    return transfer


async def lock_transfer(session: AsyncSession, bank_id: UUID, transfer_id: UUID) -> Transfer:
    """A transfer that is known to be there, as it is now."""
    asked = select(Transfer).where(Transfer.bank_id == bank_id, Transfer.transfer_id == transfer_id)
    transfer = await lock_one(session, asked)
    assert transfer is not None, "transfers are never deleted"
    return transfer


def _overdue(now: datetime) -> ColumnElement[bool]:
    return and_(Transfer.status == TransferStatus.SENT, Transfer.look_at <= now)


async def list_waiting(session: AsyncSession, now: datetime) -> Sequence[UUID]:
    """The banks with transfers that should have ended."""
    return (await session.scalars(select(Transfer.bank_id).where(_overdue(now)).distinct())).all()


async def lock_overdue(session: AsyncSession, bank_id: UUID, now: datetime) -> Sequence[Transfer]:
    """Transfers of this bank that should have ended; locked, so that one looks at them."""
    asked = (
        select(Transfer)
        .where(Transfer.bank_id == bank_id, _overdue(now))
        .order_by(Transfer.transfer_id)
        .limit(LOOKED_AT_MAX)
    )
    return await lock_many(session, asked, {}, of=Transfer)


async def find_arrival(session: AsyncSession, bank_id: UUID, transfer_id: UUID) -> Arrival | None:
    """What this bank decided about a partner's transfer, if it came."""
    asked = select(Arrival).where(Arrival.bank_id == bank_id, Arrival.transfer_id == transfer_id)
    return (await session.scalars(asked)).one_or_none()
