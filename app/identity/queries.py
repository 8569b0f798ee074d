"""Reading logins and sessions."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, func, literal_column, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.identity.claims import Access
from app.identity.rules import Caller, Means, Role
from app.identity.tables import Login, Session, SignInCode
from app.kit.bulk import arrays, given
from app.kit.db import lock_one
from app.kit.fetching import fetch

SESSIONS_SHOWN_MAX = 100
SESSIONS_AT_ONCE = 5_000
"""Ended by one statement, which stays far under its time."""
LOGINS_OF_ADDRESS_MAX = 100
"""Of one address in one bank; later applications of it cannot sign in before approval."""
_ASKED = given(bank_id=Uuid(), session_id=Uuid())
# Looked up one by one: joined, all sessions of a smaller bank would be read for each request.
_FOUND = (
    select(
        *(Login.bank_id, Login.login_id, Session.session_id, Login.member_id),
        *(Login.roles, Session.means, Session.proved_at),
    )
    .join(Login, and_(Session.bank_id == Login.bank_id, Session.login_id == Login.login_id))
    .where(
        Session.bank_id == _ASKED.c.bank_id,
        Session.session_id == _ASKED.c.session_id,
        Session.ended_at.is_(None),
        Session.expires_at > bindparam("now"),
    )
    .limit(literal_column("1"))
    .lateral()
)
_CALLERS = select(_FOUND).select_from(_ASKED).join(_FOUND, true())


async def list_logins(session: AsyncSession, bank_id: UUID, fingerprint: bytes) -> Sequence[Login]:
    """The logins of an address: the approved one first, who shares it, applications, closed."""
    asked = (
        select(Login)
        .where(Login.bank_id == bank_id, Login.email_fingerprint == fingerprint)
        .order_by(
            (func.cardinality(Login.roles) > 0).desc(),
            Login.shares_email,
            Login.closed_at.is_not(None),
            Login.created_at,
            Login.login_id,
        )
        .limit(LOGINS_OF_ADDRESS_MAX)
    )
    return (await session.scalars(asked)).all()


async def has_asked(
    session: AsyncSession, bank_id: UUID, fingerprint: bytes, password_hash: str
) -> bool:
    """Whether an open login of this address, approved or not, has this password."""
    asked = select(Login.login_id).where(
        Login.bank_id == bank_id,
        Login.email_fingerprint == fingerprint,
        Login.password_hash == password_hash,
        Login.closed_at.is_(None),
    )
    return (await session.scalar(asked.limit(1))) is not None


async def list_coded(session: AsyncSession, bank_id: UUID, fingerprint: bytes) -> Sequence[Login]:
    """The login that a sign-in code names, if there is one."""
    coded = select(SignInCode.login_id).where(
        SignInCode.bank_id == bank_id, SignInCode.fingerprint == fingerprint
    )
    asked = select(Login).where(Login.bank_id == bank_id, Login.login_id.in_(coded))
    return (await session.scalars(asked)).all()


async def get_login(session: AsyncSession, bank_id: UUID, login_id: UUID) -> Login:
    """A login."""
    asked = select(Login).where(Login.bank_id == bank_id, Login.login_id == login_id)
    return (await session.scalars(asked)).one()


async def lock_login(session: AsyncSession, bank_id: UUID, login_id: UUID) -> Login:
    """A login, locked, as it is now."""
    asked = select(Login).where(Login.bank_id == bank_id, Login.login_id == login_id)
    login = await lock_one(session, asked)
    assert login is not None, "logins are never deleted"
    return login


async def get_login_of_member(session: AsyncSession, bank_id: UUID, member_id: UUID) -> Login:
    """The login of a member; every member has one."""
    asked = select(Login).where(Login.bank_id == bank_id, Login.member_id == member_id)
    return (await session.scalars(asked)).one()


async def list_owners(session: AsyncSession) -> Sequence[UUID]:
    """Whose data keys there must be: of every bank, each member, and each login without one."""
    owners = select(func.coalesce(Login.member_id, Login.login_id))
    return (await session.scalars(owners)).all()


async def find_callers(
    session: AsyncSession, keys: Collection[tuple[UUID, UUID]], now: datetime
) -> dict[UUID, Caller]:
    """Who these live sessions (`bank_id`, `session_id`) belong to: one indexed read a request."""
    rows = [{"bank_id": bank_id, "session_id": session_id} for bank_id, session_id in keys]
    found = await fetch(session, _CALLERS, {**arrays(rows), "now": now})
    return {
        session_id: Caller(
            *(bank_id, login_id, session_id, member_id),
            *(frozenset(map(Role, roles)), Means(means), proved_at),
        )
        for bank_id, login_id, session_id, member_id, roles, means, proved_at in found
    }


async def is_live(session: AsyncSession, token: Access, now: datetime) -> bool:
    """Whether the session that a token names is its login's and goes on."""
    asked = select(Session.session_id).where(
        Session.bank_id == token.bank_id,
        Session.session_id == token.session_id,
        Session.login_id == token.login_id,
        Session.ended_at.is_(None),
        Session.expires_at > now,
    )
    return (await session.scalars(asked)).one_or_none() is not None


async def find_approved(session: AsyncSession, bank_id: UUID, member_id: UUID) -> Login | None:
    """The other login to which the address of this member's belongs, if there is one."""
    own = aliased(Login)
    asked = (
        select(Login)
        .join(
            own,
            and_(
                own.bank_id == Login.bank_id,
                own.email_fingerprint == Login.email_fingerprint,
                own.login_id != Login.login_id,
            ),
        )
        .where(
            Login.bank_id == bank_id,
            own.member_id == member_id,
            func.cardinality(Login.roles) > 0,
            ~Login.shares_email,
        )
    )
    return (await session.scalars(asked)).one_or_none()


async def find_login_id(session: AsyncSession, bank_id: UUID, member_id: UUID) -> UUID | None:
    """The id of a member's login; None when the bank has no such member."""
    asked = select(Login.login_id).where(Login.bank_id == bank_id, Login.member_id == member_id)
    return (await session.scalars(asked)).one_or_none()


async def lock_session(session: AsyncSession, bank_id: UUID, session_id: UUID) -> Session | None:
    """The session, locked for rotating or ending it."""
    asked = select(Session).where(Session.bank_id == bank_id, Session.session_id == session_id)
    return await lock_one(session, asked)


async def list_unended(session: AsyncSession, bank_id: UUID, after: UUID) -> Sequence[UUID]:
    """The next of a bank's sessions that nobody has ended, by id: some thousands at a time."""
    asked = (
        select(Session.session_id)
        .where(Session.bank_id == bank_id, Session.session_id > after, Session.ended_at.is_(None))
        .order_by(Session.session_id)
        .limit(SESSIONS_AT_ONCE)
    )
    return (await session.scalars(asked)).all()


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
