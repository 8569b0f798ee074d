"""Reading recovery codes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.credentials.tables import RecoveryCode
from app.identity.factors.tables import Totp
from app.identity.passkeys.tables import Passkey
from app.identity.rules import Caller
from app.identity.tables import Login
from app.kit.db import lock_one

BEGUN_SHOWN_MAX = 20


async def lock_code(
    session: AsyncSession, bank_id: UUID, fingerprint: bytes, email: bytes
) -> RecoveryCode | None:
    """The code with this fingerprint, locked, if it is of a login with this address."""
    theirs = select(Login.login_id).where(
        Login.bank_id == bank_id, Login.email_fingerprint == email
    )
    asked = select(RecoveryCode).where(
        RecoveryCode.bank_id == bank_id,
        RecoveryCode.fingerprint == fingerprint,
        RecoveryCode.login_id.in_(theirs),
    )
    return await lock_one(session, asked)


async def lock_begun(session: AsyncSession, caller: Caller, code_id: UUID) -> RecoveryCode | None:
    """A recovery of the caller's own login, locked."""
    asked = select(RecoveryCode).where(
        RecoveryCode.bank_id == caller.bank_id,
        RecoveryCode.code_id == code_id,
        RecoveryCode.login_id == caller.login_id,
        RecoveryCode.begun_at.is_not(None),
    )
    return await lock_one(session, asked)


async def list_begun(session: AsyncSession, caller: Caller) -> Sequence[RecoveryCode]:
    """The recoveries of the caller's login that were begun and have no end, newest first."""
    asked = (
        select(RecoveryCode)
        .where(
            RecoveryCode.bank_id == caller.bank_id,
            RecoveryCode.login_id == caller.login_id,
            RecoveryCode.begun_at.is_not(None),
            RecoveryCode.ended_at.is_(None),
        )
        .order_by(RecoveryCode.begun_at.desc(), RecoveryCode.code_id)
        .limit(BEGUN_SHOWN_MAX)
    )
    return (await session.scalars(asked)).all()


async def has_factor(session: AsyncSession, bank_id: UUID, login_id: UUID) -> bool:
    """Whether signing in asks this login for more than its password."""
    has_code = exists().where(
        Totp.bank_id == bank_id, Totp.login_id == login_id, Totp.confirmed_at.is_not(None)
    )
    has_passkey = exists().where(Passkey.bank_id == bank_id, Passkey.login_id == login_id)
    return bool(await session.scalar(select(or_(has_code, has_passkey))))
