"""Reading changes of e-mail."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.credentials.emails.tables import EmailChange
from app.kit.db import lock_one


async def find_change(session: AsyncSession, bank_id: UUID, login_id: UUID) -> EmailChange | None:
    """The change that waits, if one does."""
    asked = select(EmailChange).where(
        EmailChange.bank_id == bank_id, EmailChange.login_id == login_id
    )
    return (await session.scalars(asked)).one_or_none()


async def lock_change(session: AsyncSession, bank_id: UUID, login_id: UUID) -> EmailChange | None:
    """The same, locked: stopping it and making it are judged one after the other."""
    asked = select(EmailChange).where(
        EmailChange.bank_id == bank_id, EmailChange.login_id == login_id
    )
    return await lock_one(session, asked)
