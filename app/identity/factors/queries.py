"""Reading second factors."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.factors.tables import Totp
from app.kit.db import lock_one


async def find_totp(session: AsyncSession, bank_id: UUID, login_id: UUID) -> Totp | None:
    """The login's second factor, confirmed or not."""
    asked = select(Totp).where(Totp.bank_id == bank_id, Totp.login_id == login_id)
    return (await session.scalars(asked)).one_or_none()


async def lock_totp(session: AsyncSession, bank_id: UUID, login_id: UUID) -> Totp | None:
    """The same, locked: two sign-ins with one code are judged one after the other."""
    asked = select(Totp).where(Totp.bank_id == bank_id, Totp.login_id == login_id)
    return await lock_one(session, asked)
