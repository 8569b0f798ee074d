"""Reading who is staff."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.rules import STAFF
from app.identity.tables import Login
from app.kit.db import lock_one
from app.kit.errors import NotFound


async def list_staff(session: AsyncSession, bank_id: UUID) -> Sequence[Login]:
    """A bank's staff, and those who were removed and were nothing else; who came first first."""
    is_staff = Login.roles.overlap(array(sorted(STAFF)))
    was_staff = and_(Login.member_id.is_(None), Login.closed_at.is_not(None))
    asked = (
        select(Login)
        .where(Login.bank_id == bank_id, or_(is_staff, was_staff))
        .order_by(Login.created_at, Login.login_id)
    )
    return (await session.scalars(asked)).all()


async def lock_approved(session: AsyncSession, bank_id: UUID, fingerprint: bytes) -> Login:
    """The login that was approved with an address and has a role, locked; there is one at most.

    Raises:
        NotFound: when the bank has none.
    """
    asked = select(Login).where(
        Login.bank_id == bank_id,
        Login.email_fingerprint == fingerprint,
        Login.roles != [],
        ~Login.shares_email,
    )
    login = await lock_one(session, asked)
    if login is None:
        raise NotFound
    return login
