"""Printing sign-in codes."""

from typing import Final
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.identity import queries as logins
from app.identity.naming import code_fingerprint
from app.identity.printed import new_code
from app.identity.rules import STAFF, Caller, Role
from app.identity.tables import SignInCode
from app.kit.errors import NotFound
from app.kit.ground import Work
from app.notices import operations as notices
from app.notices.rules import NoticeKind
from app.openings import operations as openings
from app.openings.rules import OpeningKind

CODE_CHARS: Final = 12
"""Sixty bits: nobody finds a name by trying."""


async def print_own(work: Work, caller: Caller) -> str:
    """A new sign-in code for the caller, in place of the one before."""
    return await _printed(work, caller, caller.login_id)


async def print_for(work: Work, caller: Caller, member_id: UUID) -> str:
    """A new sign-in code for a member at the desk, in place of the one before. They are told.

    Raises:
        NotFound: when the bank has no such member, or, for who is no admin, they are staff.
        Concerned: when the coordinator has something of their own with them.
    """
    login_id = await logins.find_login_id(work.session, caller.bank_id, member_id)
    if login_id is None:
        raise NotFound
    login = await logins.get_login(work.session, caller.bank_id, login_id)
    if not STAFF.isdisjoint(login.roles) and not caller.may(Role.ADMIN):
        raise NotFound
    await openings.open_case(work, caller, [member_id], OpeningKind.RECOVERY, None)
    kind = NoticeKind.SIGN_IN_CODE_PRINTED
    notices.tell_member(work, caller.bank_id, member_id, kind, member_id)
    return await _printed(work, caller, login_id)


async def _printed(work: Work, caller: Caller, login_id: UUID) -> str:
    code = new_code(CODE_CHARS)
    row = {
        "fingerprint": code_fingerprint(work, caller.bank_id, code),
        "printed_by": caller.login_id,
        "printed_at": work.now,
    }
    printed = insert(SignInCode).values(bank_id=caller.bank_id, login_id=login_id, **row)
    await work.session.execute(
        printed.on_conflict_do_update(index_elements=["bank_id", "login_id"], set_=row)
    )
    return code
