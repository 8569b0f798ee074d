"""Finding exchanges that have waited too long; any bank of the installation."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.exchanges.rules import Status
from app.exchanges.tables import Exchange


class Place(NamedTuple):
    """Where an exchange is found; it is locked and looked at by whoever acts."""

    bank_id: UUID
    exchange_id: UUID


async def find_over(session: AsyncSession, before: datetime) -> Place | None:
    """An exchange that should have ended by itself before then."""
    open_ones = Exchange.status.in_((Status.PROPOSED, Status.ACCEPTED))
    return await _find_any(session, open_ones, Exchange.expires_at <= before)


async def find_unanswered(session: AsyncSession, now: datetime) -> Place | None:
    """A delivery that its receiver has not answered in time."""
    delivered = Exchange.status == Status.DELIVERED
    return await _find_any(session, delivered, Exchange.look_at <= now)


async def _find_any(session: AsyncSession, *conditions: ColumnElement[bool]) -> Place | None:
    # By chance, so that one that cannot be dealt with does not stand before all others for ever.
    asked = (
        select(Exchange.bank_id, Exchange.exchange_id)
        .where(*conditions)
        .order_by(func.random())
        .limit(1)
    )
    row = (await session.execute(asked)).one_or_none()
    return None if row is None else Place(*row)
