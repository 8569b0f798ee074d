"""Reading passkeys."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.passkeys.tables import Passkey
from app.kit.db import lock_one


async def list_passkeys(session: AsyncSession, bank_id: UUID, login_id: UUID) -> Sequence[Passkey]:
    """The passkeys of a login, oldest first; there are few."""
    asked = (
        select(Passkey)
        .where(Passkey.bank_id == bank_id, Passkey.login_id == login_id)
        .order_by(Passkey.created_at, Passkey.passkey_id)
    )
    return (await session.scalars(asked)).all()


async def lock_passkey(
    session: AsyncSession, bank_id: UUID, login_id: UUID, passkey_id: UUID
) -> Passkey | None:
    """One of a login's passkeys, locked: two proofs by one are judged one after the other."""
    asked = select(Passkey).where(
        Passkey.bank_id == bank_id,
        Passkey.login_id == login_id,
        Passkey.passkey_id == passkey_id,
    )
    return await lock_one(session, asked)
