"""Asking for another e-mail, stopping that, and making the change when its time has come."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from app.credentials.emails import jobs, queries
from app.credentials.emails.tables import EmailChange
from app.credentials.rules import WAIT_HOURS
from app.identity import queries as logins
from app.identity.naming import fingerprint, sealed_email
from app.identity.rules import STAFF, Caller, Role
from app.identity.sessions import operations as sessions
from app.identity.tables import ASKED_ONCE, ONE_APPROVED, Login
from app.identity.tools import IdentityTools
from app.kit.db import violated
from app.kit.ground import Work
from app.members import queries as members
from app.notices import operations as notices
from app.notices.rules import NoticeKind

_TAKEN: Final = frozenset({ONE_APPROVED, ASKED_ONCE})


@dataclass(frozen=True)
class Moved:
    """A member who can be found by another contact from now on."""

    member_id: UUID
    fingerprint: bytes


async def ask(
    work: Work, tools: IdentityTools, caller: Caller, *, email: str, password: str
) -> datetime:
    """Ask for another e-mail, in place of one that was asked for before. The member is told.

    Says nothing of whether the address is known.

    Returns:
        When it will be so, unless somebody signed in stops it.

    Raises:
        WrongCredentials: when the password is wrong.
        TooManySignIns: when too many passwords wait to be hashed.
    """
    mark = fingerprint(work, caller.bank_id, email)
    others = await logins.list_logins(work.session, caller.bank_id, mark)
    await work.pause()
    salt = tools.salt_for(mark, [one.password_hash for one in others])
    password_hash = await tools.rehashed(password, salt)
    login = await sessions.prove_password(work, tools, caller, password)
    await drop(work, caller.bank_id, caller.login_id)
    change = EmailChange(
        bank_id=caller.bank_id,
        login_id=caller.login_id,
        email_fingerprint=mark,
        email_sealed=sealed_email(work, login, email),
        password_hash=password_hash,
        asked_at=work.now,
        ready_at=work.now + timedelta(hours=WAIT_HOURS),
    )
    work.session.add(change)
    await work.session.flush()
    await jobs.take_later(work, change)
    _tell(work, login, NoticeKind.EMAIL_CHANGE_BEGUN)
    return change.ready_at


async def stop(work: Work, caller: Caller) -> None:
    """Stop the change of the caller's e-mail, if one waits."""
    await drop(work, caller.bank_id, caller.login_id)


async def drop(work: Work, bank_id: UUID, login_id: UUID) -> None:
    """Forget what a login waits for."""
    theirs = (EmailChange.bank_id == bank_id, EmailChange.login_id == login_id)
    await work.session.execute(delete(EmailChange).where(*theirs))


async def take(work: Work, bank_id: UUID, login_id: UUID) -> Moved | None:
    """Make the change that waits, if its time has come; twice is once.

    An address that is another approved login's is shared from now on, each with its own password:
    whoever knows an address could else find out that it is somebody's here. A coordinator is told.
    Only of staff nothing changes then: they are found by their address alone.

    Returns:
        Who can be found by another contact now; None when nothing changed, or it is no member.
    """
    known = await logins.get_login(work.session, bank_id, login_id)
    if known.member_id is not None:
        await members.lock_member(work.session, bank_id, known.member_id)
    login = await logins.lock_login(work.session, bank_id, login_id)
    change = await queries.lock_change(work.session, bank_id, login_id)
    if change is None or work.now < change.ready_at:
        return None
    await work.session.delete(change)
    await work.session.flush()
    if login.closed_at is not None or not await _changed(work, login, change):
        return None
    login = await logins.lock_login(work.session, bank_id, login_id)  # as it is now
    _tell(work, login, NoticeKind.EMAIL_CHANGED)
    return Moved(login.member_id, login.email_fingerprint) if login.member_id else None


async def _changed(work: Work, login: Login, change: EmailChange) -> bool:
    """Whether the login has the new address now, its own or shared."""
    bank_id, asker = login.bank_id, login.member_id
    subject_id = asker or login.login_id
    may_share = STAFF.isdisjoint(login.roles)
    taken, told = await _given(work, login, change, is_shared=False), NoticeKind.EMAIL_NOT_CHANGED
    if taken is None:
        return True
    if taken == ONE_APPROVED and may_share:
        taken = await _given(work, login, change, is_shared=True)
        told = NoticeKind.EMAIL_NOT_CHANGED if taken else NoticeKind.EMAIL_SHARED
    notices.tell_staff(work, bank_id, Role.COORDINATOR, told, subject_id, but=asker)
    return taken is None


async def _given(work: Work, login: Login, change: EmailChange, *, is_shared: bool) -> str | None:
    """Give the login the new address; the constraint that stands in the way, if one does."""
    try:
        async with work.session.begin_nested():
            login.email_fingerprint = change.email_fingerprint
            login.email_sealed = change.email_sealed
            login.password_hash = change.password_hash
            login.shares_email = is_shared
            await work.session.flush()
    except IntegrityError as error:
        constraint = violated(error)
        if constraint not in _TAKEN:
            raise
        return constraint
    return None


def _tell(work: Work, login: Login, kind: NoticeKind) -> None:
    if login.member_id is not None:
        notices.tell_member(work, login.bank_id, login.member_id, kind, login.member_id)
