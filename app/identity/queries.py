"""Reading logins and sessions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.rules import Caller, Role
from app.identity.tables import Login, Session
from app.kit.db import lock_one

SESSIONS_SHOWN_MAX = 100


async def find_login(session: AsyncSession, bank_id: UUID, fingerprint: bytes) -> Login | None:
    """The login with this e-mail fingerprint, if the bank has one."""
    asked = select(Login).where(Login.bank_id == bank_id, Login.email_fingerprint == fingerprint)
    return (await session.scalars(asked)).one_or_none()


async def get_login_of_member(session: AsyncSession, bank_id: UUID, member_id: UUID) -> Login:
    """The login of a member; every member has one."""
    asked = select(Login).where(Login.bank_id == bank_id, Login.member_id == member_id)
    return (await session.scalars(asked)).one()


async def find_caller(
    session: AsyncSession, bank_id: UUID, session_id: UUID, now: datetime
) -> Caller | None:
    """Who a live session belongs to: one indexed read, on every request."""
    asked = (
        select(Login.login_id, Login.member_id, Login.roles)
        .join(Session, and_(Session.bank_id == Login.bank_id, Session.login_id == Login.login_id))
        .where(
            Session.bank_id == bank_id,
            Session.session_id == session_id,
            Session.ended_at.is_(None),
            Session.expires_at > now,
        )
    )
    row = (await session.execute(asked)).one_or_none()
    if row is None:
        return None
    login_id, member_id, roles = row
    return Caller(bank_id, login_id, session_id, member_id, frozenset(map(Role, roles)))


async def lock_session(session: AsyncSession, bank_id: UUID, session_id: UUID) -> Session | None:
    """The session, locked for rotating or ending it."""
    asked = select(Session).where(Session.bank_id == bank_id, Session.session_id == session_id)
    return await lock_one(session, asked)


async def list_sessions(
    session: AsyncSession, bank_id: UUID, login_id: UUID, now: datetime
) -> Sequence[Session]:
    """Where a login is signed in, newest first."""
    asked = (
        select(Session)
        .where(
            Session.bank_id == bank_id,
            Session.login_id == login_id,
            Session.ended_at.is_(None),
            Session.expires_at > now,
        )
        .order_by(Session.created_at.desc(), Session.session_id)
        .limit(SESSIONS_SHOWN_MAX)
    )
    return (await session.scalars(asked)).all()
