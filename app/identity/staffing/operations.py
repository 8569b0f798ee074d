"""Giving roles, taking them away, and signing staff out; for the operator."""

from collections.abc import Collection
from uuid import UUID

from app.identity.forgetting import bar
from app.identity.naming import fingerprint
from app.identity.rules import STAFF, Role
from app.identity.sessions.operations import end_sessions
from app.identity.staffing import queries
from app.identity.tables import Login
from app.kit.errors import NotFound
from app.kit.ground import Work


async def give_roles(work: Work, bank_id: UUID, email: str, roles: Collection[Role]) -> Login:
    """Make somebody who has a role, a member too, staff in exactly these roles.

    Raises:
        NotFound: when the bank has no approved login of this address.
    """
    mark = fingerprint(work, bank_id, email)
    login = await queries.lock_approved(work.session, bank_id, mark)
    login.roles = sorted({*roles, *(set(login.roles) - STAFF)})
    await end_sessions(work, bank_id, login.login_id)
    return login


async def remove(work: Work, bank_id: UUID, email: str) -> Login:
    """Take every staff role away. Who is a member stays one; anybody else is unknown from now on.

    Raises:
        NotFound: when nobody of the staff has this address.
    """
    login = await _lock_staff(work, bank_id, email)
    login.roles = sorted(set(login.roles) - STAFF)
    if login.member_id is None:
        await bar(work, login)
    await end_sessions(work, bank_id, login.login_id)
    return login


async def sign_out(work: Work, bank_id: UUID, email: str) -> None:
    """End every session of somebody of the staff.

    Raises:
        NotFound: when nobody of the staff has this address.
    """
    login = await _lock_staff(work, bank_id, email)
    await end_sessions(work, bank_id, login.login_id)


async def _lock_staff(work: Work, bank_id: UUID, email: str) -> Login:
    mark = fingerprint(work, bank_id, email)
    login = await queries.lock_approved(work.session, bank_id, mark)
    if STAFF.isdisjoint(login.roles):
        raise NotFound
    return login
