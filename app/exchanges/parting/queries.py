"""Finding what two people have in progress."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Uuid, and_, any_, bindparam, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.exchanges.rules import GOING_ON
from app.exchanges.tables import Exchange
from app.kit.db import lock_many

_OTHERS: Final = any_(bindparam("others", type_=ARRAY(Uuid)))


async def lock_open(
    session: AsyncSession, bank_id: UUID, member_id: UUID, others: Sequence[UUID] | None
) -> Sequence[Exchange]:
    """A member's open exchanges with these others, or with anybody, locked in id order."""
    gives = Exchange.giver_id == member_id
    receives = Exchange.receiver_id == member_id
    if others is not None:
        gives = and_(gives, Exchange.receiver_id == _OTHERS)
        receives = and_(receives, Exchange.giver_id == _OTHERS)
    asked = (
        select(Exchange)
        .where(Exchange.bank_id == bank_id, or_(gives, receives), Exchange.status.in_(GOING_ON))
        .order_by(Exchange.exchange_id)
    )
    values = {} if others is None else {"others": list(others)}
    return await lock_many(session, asked, values, of=Exchange)
