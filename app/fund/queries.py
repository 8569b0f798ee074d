"""Reading what the fund has granted, as it stands now."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.fund.tables import Grant
from app.ledger.reversing.queries import get_first, sum_standing


async def is_grant(session: AsyncSession, bank_id: UUID, posting_id: UUID) -> bool:
    """Whether this posting is a grant, or stands in the place of one."""
    first = await get_first(session, bank_id, posting_id)
    asked = select(Grant.grant_id).where(Grant.bank_id == bank_id, Grant.posting_id == first)
    return (await session.scalars(asked)).one_or_none() is not None


async def sum_granted(
    session: AsyncSession, bank_id: UUID, since: datetime, member_id: UUID | None = None
) -> int:
    """Minutes granted since then and not taken back: to one member, or to everybody."""
    asked = select(Grant.posting_id).where(Grant.bank_id == bank_id, Grant.granted_at >= since)
    if member_id is not None:
        asked = asked.where(Grant.member_id == member_id)
    postings = (await session.scalars(asked)).all()
    return await sum_standing(session, bank_id, postings)
