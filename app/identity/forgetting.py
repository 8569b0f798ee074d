"""Forgetting who somebody was, and barring who is no longer staff."""

import os
from uuid import UUID

from sqlalchemy import delete

from app.identity import queries
from app.identity.factors import operations as factors
from app.identity.tables import Login, SignInCode
from app.kit.ground import Work


async def empty_login(work: Work, bank_id: UUID, member_id: UUID) -> UUID:
    """Make a login that nobody can find or use again; its address may join anew.

    Returns:
        The login's id.
    """
    login = await queries.get_login_of_member(work.session, bank_id, member_id)
    login.email_sealed = b""
    login.phone_fingerprint = None
    login.roles = []
    await bar(work, login)
    return login.login_id


async def bar(work: Work, login: Login) -> None:
    """Let nothing find or open this login any more; its address may get another one."""
    login.email_fingerprint = os.urandom(len(login.email_fingerprint))
    login.password_hash = ""
    login.closed_at = login.closed_at or work.now
    await factors.remove_all(work, login.bank_id, login.login_id)
    coded = (SignInCode.bank_id == login.bank_id, SignInCode.login_id == login.login_id)
    await work.session.execute(delete(SignInCode).where(*coded))
