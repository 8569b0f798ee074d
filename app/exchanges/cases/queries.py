"""Reading the exchanges that staff have a reason to read."""

from typing import Final
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.exchanges.rules import Status
from app.exchanges.tables import Exchange
from app.kit.errors import NotFound

_SETTLED_SHORT: Final = and_(
    Exchange.status == Status.SETTLED, Exchange.settled_minutes < Exchange.delivered_minutes
)
_CASES: Final = or_(Exchange.status.in_((Status.DELIVERED, Status.DISPUTED)), _SETTLED_SHORT)


async def get_case(session: AsyncSession, bank_id: UUID, exchange_id: UUID) -> Exchange:
    """An exchange of the bank's that staff have a reason to read.

    Raises:
        NotFound: when there is none, or nothing about it is for staff to ask.
    """
    asked = select(Exchange).where(
        Exchange.bank_id == bank_id, Exchange.exchange_id == exchange_id, _CASES
    )
    exchange = (await session.scalars(asked)).one_or_none()
    if exchange is None:
        raise NotFound
    return exchange
