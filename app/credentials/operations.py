"""Changing a password, printing codes, and getting back in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from app.banks import queries as banks
from app.banks.rules import Preset
from app.credentials import queries
from app.credentials.emails import operations as emails
from app.credentials.rules import (
    CODE_CHARS,
    CODES,
    By,
    RecoveryRefused,
    TooEarly,
    is_open,
    ready_at,
)
from app.credentials.tables import RecoveryCode
from app.identity import operations as identity
from app.identity import queries as logins
from app.identity.factors import operations as factors
from app.identity.naming import fingerprint
from app.identity.passwords import PasswordFlaw, salt_of
from app.identity.printed import canonical_code, new_code
from app.identity.rules import STAFF, Caller, Role, WeakPassword
from app.identity.sessions import operations as sessions
from app.identity.tables import ASKED_ONCE, Login
from app.identity.tools import IdentityTools, refuse_weak
from app.kit.db import violated
from app.kit.errors import NotFound
from app.kit.ground import Work
from app.kit.ids import new_id
from app.kit.values import as_rfc3339
from app.members import queries as members
from app.notices import operations as notices
from app.notices.rules import NoticeKind
from app.openings import operations as openings
from app.openings.rules import OpeningKind

_ABOUT: Final = "recovery"


@dataclass(frozen=True)
class Given:
    """A code for somebody at the desk, and from when on it works."""

    code: str
    ready_at: datetime


async def change_password(
    work: Work, tools: IdentityTools, caller: Caller, *, current: str, password: str
) -> None:
    """Another password for the caller. Every other session ends, and what was begun meanwhile.

    Raises:
        WeakPassword: when the new one is too short, too common or too regular.
        WrongCredentials: when the current one is wrong.
        TooManySignIns: when too many passwords wait to be hashed.
    """
    before = await logins.get_login(work.session, caller.bank_id, caller.login_id)
    await _refuse_weak(work, before, password)
    await work.pause()
    renewed = await tools.hashed(password, salt_of(before.password_hash))
    login = await sessions.prove_password(work, tools, caller, current)
    await _keep(work, login, renewed)
    await sessions.end_sessions(work, caller.bank_id, caller.login_id, but=caller.session_id)
    await _end_begun(work, caller.bank_id, caller.login_id)
    await emails.drop(work, caller.bank_id, caller.login_id)


async def print_codes(work: Work, caller: Caller) -> list[str]:
    """New codes for the caller, in place of those that were printed before and not used."""
    unused = RecoveryCode.begun_at.is_(None)
    mine = (RecoveryCode.bank_id == caller.bank_id, RecoveryCode.login_id == caller.login_id)
    await work.session.execute(delete(RecoveryCode).where(*mine, unused))
    codes = [new_code(CODE_CHARS) for _ in range(CODES)]
    for code in codes:
        work.session.add(_row(work, caller.bank_id, caller.login_id, code))
    return codes


async def drop_codes(work: Work, bank_id: UUID, login_id: UUID) -> None:
    """Delete every code of somebody who is forgotten, and what else their login waits for."""
    theirs = (RecoveryCode.bank_id == bank_id, RecoveryCode.login_id == login_id)
    await work.session.execute(delete(RecoveryCode).where(*theirs))
    await emails.drop(work, bank_id, login_id)


async def give_code(work: Work, caller: Caller, member_id: UUID, *, reason: str) -> Given:
    """A code for a member whom the coordinator has before them. The member is told.

    Raises:
        NotFound: when the bank has no such member, or only an admin may help them.
        Concerned: when the coordinator has something of their own with them.
    """
    login_id = await logins.find_login_id(work.session, caller.bank_id, member_id)
    if login_id is None:
        raise NotFound
    login = await logins.get_login(work.session, caller.bank_id, login_id)
    if not STAFF.isdisjoint(login.roles) and not caller.may(Role.ADMIN):
        raise NotFound
    await openings.open_case(work, caller, [member_id], OpeningKind.RECOVERY, reason)
    await _end_begun(work, caller.bank_id, login_id)
    code = new_code(CODE_CHARS)
    row = _row(work, caller.bank_id, login_id, code)
    row.by, row.given_by, row.begun_at = By.IN_PERSON, caller.login_id, work.now
    row.ready_at = ready_at(By.IN_PERSON, work.now, is_sheltered=True, has_factor=True)
    row.reason_sealed = work.envelopes.seal(member_id, reason, _ABOUT, caller.bank_id, row.code_id)
    work.session.add(row)
    kind = NoticeKind.RECOVERY_BEGUN
    notices.tell_member(work, caller.bank_id, member_id, kind, row.code_id)
    return Given(code, row.ready_at)


async def begin(work: Work, *, bank: str, email: str, code: str) -> None:
    """Begin to recover with a printed code. Says nothing of whether it was right."""
    known = await banks.find_bank(work.session, bank)
    bank_id = known.bank_id if known else new_id()
    row = await _lock(work, bank_id, email, code)
    if row is None or known is None or row.begun_at is not None or row.ended_at is not None:
        return
    has_factor = await queries.has_factor(work.session, bank_id, row.login_id)
    row.begun_at = work.now
    is_sheltered = known.preset == Preset.SHELTERED
    row.ready_at = ready_at(By.PRINTED, work.now, is_sheltered=is_sheltered, has_factor=has_factor)
    login = await logins.get_login(work.session, bank_id, row.login_id)
    if login.member_id is not None:
        kind = NoticeKind.RECOVERY_BEGUN
        notices.tell_member(work, bank_id, login.member_id, kind, row.code_id)


async def finish(
    work: Work, tools: IdentityTools, *, bank: str, email: str, code: str, password: str
) -> None:
    """Choose a new password. Every session ends, the second factor goes, the code is used up.

    Raises:
        WeakPassword: when it is too short, too common or too regular.
        RecoveryRefused: when the code opens nothing here, whatever the reason.
        TooEarly: when the code is right, and its time has not come.
        TooManySignIns: when too many passwords wait to be hashed.
    """
    refuse_weak(password)
    known = await banks.find_bank(work.session, bank)
    bank_id = known.bank_id if known else new_id()
    password_hash = await identity.hash_for(work, tools, bank_id, email, password)
    row = await _lock(work, bank_id, email, code)
    if row is None or row.ready_at is None or not is_open(row.begun_at, row.ended_at, work.now):
        raise RecoveryRefused
    if work.now < row.ready_at:
        raise TooEarly(ready_at=as_rfc3339(row.ready_at))
    login = await logins.lock_login(work.session, bank_id, row.login_id)
    await _refuse_weak(work, login, password)
    await _keep(work, login, password_hash)
    await factors.remove_all(work, bank_id, row.login_id)
    await sessions.end_sessions(work, bank_id, row.login_id)
    await _end_begun(work, bank_id, row.login_id)
    await emails.drop(work, bank_id, row.login_id)


async def stop(work: Work, caller: Caller, code_id: UUID) -> None:
    """Stop a recovery of the caller's login that was begun: its code opens nothing any more.

    Raises:
        NotFound: when there is none.
    """
    row = await queries.lock_begun(work.session, caller, code_id)
    if row is None:
        raise NotFound
    row.ended_at = row.ended_at or work.now


async def _refuse_weak(work: Work, login: Login, password: str) -> None:
    """Judge a new password beside what is known of whose login it is.

    Raises:
        WeakPassword: when it is too short, too common, too regular, or little but what is known.
    """
    bank = await banks.get_bank_by_id(work.session, login.bank_id)
    email = work.envelopes.open(login.email_sealed, "email", login.bank_id, login.login_id)
    known = [bank.name, email or ""]
    if login.member_id is not None:
        member = await members.get_member(work.session, login.bank_id, login.member_id)
        known.append(member.alias)
    refuse_weak(password, *known)


async def _keep(work: Work, login: Login, password_hash: str) -> None:
    """Keep a new password.

    Raises:
        WeakPassword: when another open application of the address has it: nobody could tell the two
            apart at signing in.
    """
    try:
        async with work.session.begin_nested():
            login.password_hash = password_hash
            await work.session.flush()
    except IntegrityError as error:
        if violated(error) != ASKED_ONCE:
            raise
        raise WeakPassword(reason=PasswordFlaw.COMMON) from None


async def _lock(work: Work, bank_id: UUID, email: str, code: str) -> RecoveryCode | None:
    mark, address = _mark(work, bank_id, code), fingerprint(work, bank_id, email)
    return await queries.lock_code(work.session, bank_id, mark, address)


async def _end_begun(work: Work, bank_id: UUID, login_id: UUID) -> None:
    begun = (RecoveryCode.begun_at.is_not(None), RecoveryCode.ended_at.is_(None))
    theirs = (RecoveryCode.bank_id == bank_id, RecoveryCode.login_id == login_id)
    await work.session.execute(
        update(RecoveryCode).where(*theirs, *begun).values(ended_at=work.now)
    )


def _mark(work: Work, bank_id: UUID, code: str) -> bytes:
    return work.vault.fingerprint(canonical_code(code), _ABOUT, bank_id)


def _row(work: Work, bank_id: UUID, login_id: UUID, code: str) -> RecoveryCode:
    return RecoveryCode(
        bank_id=bank_id,
        code_id=new_id(),
        login_id=login_id,
        fingerprint=_mark(work, bank_id, code),
        by=By.PRINTED,
        created_at=work.now,
    )
