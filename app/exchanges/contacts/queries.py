"""Counting contacts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.exchanges.contacts.tables import ContactAttempt


async def find_contacted(
    session: AsyncSession, bank_id: UUID, member_id: UUID, since: datetime
) -> set[UUID]:
    """Whom a member got in touch with since then."""
    asked = (
        select(ContactAttempt.to_id)
        .distinct()
        .where(
            ContactAttempt.bank_id == bank_id,
            ContactAttempt.member_id == member_id,
            ContactAttempt.tried_at > since,
            ContactAttempt.refused.is_(False),
        )
    )
    return set((await session.scalars(asked)).all())
