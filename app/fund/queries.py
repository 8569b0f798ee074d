"""Reading what the fund has granted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.fund.tables import Grant


async def sum_granted(
    session: AsyncSession, bank_id: UUID, since: datetime, member_id: UUID | None = None
) -> int:
    """Minutes granted since then: to one member, or to everybody."""
    asked = select(func.coalesce(func.sum(Grant.minutes), 0)).where(
        Grant.bank_id == bank_id, Grant.granted_at >= since
    )
    if member_id is not None:
        asked = asked.where(Grant.member_id == member_id)
    return int((await session.scalars(asked)).one())
