"""Reading appeals, for those who see the dispute."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.db import lock_one
from app.moderation.appeals.tables import Appeal


async def list_appeals(
    session: AsyncSession, bank_id: UUID, dispute_ids: Collection[UUID]
) -> Sequence[Appeal]:
    """The appeals against the outcomes of these disputes, which the caller has read."""
    asked = select(Appeal).where(Appeal.bank_id == bank_id, Appeal.dispute_id.in_(dispute_ids))
    return (await session.scalars(asked)).all()


async def lock_appeal(session: AsyncSession, bank_id: UUID, dispute_id: UUID) -> Appeal | None:
    """The appeal of a dispute that is locked already; None when there was none."""
    asked = select(Appeal).where(Appeal.bank_id == bank_id, Appeal.dispute_id == dispute_id)
    return await lock_one(session, asked)
