"""Signing in, staying signed in, signing out, and making logins."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.banks import queries as banks
from app.identity import jobs, queries
from app.identity.claims import Access
from app.identity.devices import Device
from app.identity.errors import BadToken
from app.identity.factors import operations as factors
from app.identity.factors.rules import NO_PROOF, Proof
from app.identity.naming import fingerprint, named
from app.identity.passwords import salt_of
from app.identity.refresh import Rotation, judge, make_refresh, read_refresh
from app.identity.rules import (
    Means,
    RefreshRefused,
    Role,
    WrongCredentials,
)
from app.identity.tables import ONE_APPROVED, Login, Session
from app.identity.tokens import issue
from app.identity.tools import IdentityTools
from app.kit.db import once_committed, violated
from app.kit.ground import Work
from app.kit.ids import new_id
from app.kit.metrics import REUSES


@dataclass(frozen=True)
class Tokens:
    """What a client gets when it signs in (RFC 6749, 5.1)."""

    access_token: str
    expires_in: int
    refresh_token: str


async def sign_in(
    work: Work,
    tools: IdentityTools,
    *,
    bank: str,
    username: str,
    password: str,
    proof: Proof = NO_PROOF,
    device: Device = Device.OTHER,
) -> Tokens:
    """Begin a session.

    Raises:
        WrongCredentials: unknown bank, unknown name or wrong password, in the same time.
        SecondFactorNeeded: the password is right, and the login has a second factor.
        WrongCode: the code is not good; the failure is committed.
        WrongPasskey: the passkey's answer is not good; its challenge is used up.
        PasskeysOff: no pages are named that may ask for passkeys.
        TooManySignIns: when too many passwords wait to be checked.
    """
    known = await banks.find_bank(work.session, bank)
    bank_id = known.bank_id if known else new_id()
    logins = await named(work, bank_id, username)
    await work.pause()
    matching = await tools.matching([one.password_hash for one in logins], password)
    login = next((one for one in logins if one.password_hash in matching), None)
    if login is None:
        raise WrongCredentials
    stored, renewed = login.password_hash, await _renewed(tools, login.password_hash, password)
    login = await queries.lock_login(work.session, bank_id, login.login_id)
    if login.password_hash != stored:
        raise WrongCredentials  # it was changed while this one was being checked
    login.password_hash = renewed
    means = await factors.prove(work, bank_id, login.login_id, proof)
    return await _begin_session(work, tools, login, means, device)


async def rotate(work: Work, tools: IdentityTools, refresh_token: str) -> Tokens:
    """A new access token and the next refresh token of the session.

    A lost answer may be asked for again for a few seconds and gets the same successor; any other
    use of an old token ends the session, for somebody else may hold a copy.

    Raises:
        RefreshRefused: the token is not good; the session's end, if any, is committed, with a
            notice to whose it was.
    """
    try:
        claim = read_refresh(tools.refresh_key, refresh_token)
    except BadToken:
        raise RefreshRefused from None
    session = await queries.lock_session(work.session, claim.bank_id, claim.session_id)
    if session is None or session.ended_at is not None or session.expires_at <= work.now:
        raise RefreshRefused
    verdict = judge(claim.counter, session.refresh_counter, session.rotated_at, work.now)
    if verdict is Rotation.REUSED:
        await _end_reused(work, session)
        raise RefreshRefused
    if verdict is Rotation.ROTATE:
        session.refresh_counter += 1
        session.rotated_at = work.now
        session.expires_at = work.now + timedelta(days=work.settings.session_days)
    return _tokens(work, tools, session)


async def hash_for(
    work: Work, tools: IdentityTools, bank_id: UUID, email: str, password: str
) -> str:
    """The hash of a new password for an address. It gives the connection back meanwhile.

    Raises:
        WeakPassword: when the password is too short, too common or too regular.
        TooManySignIns: when too many passwords wait to be hashed.
    """
    mark = fingerprint(work, bank_id, email)
    logins = await queries.list_logins(work.session, bank_id, mark)
    await work.pause()
    return await tools.hashed(password, tools.salt_for(mark, [one.password_hash for one in logins]))


async def create_login(
    work: Work,
    *,
    bank_id: UUID,
    email: str,
    password_hash: str,
    roles: Iterable[Role],
    member_id: UUID | None,
    phone_fingerprint: bytes | None = None,
) -> Login:
    """A new login; the address is kept sealed, and as a keyed hash to look it up.

    A member's data key must have been made; of staff it is made here, the login's own.

    Raises:
        IntegrityError: `ONE_APPROVED` when it has a role, and the address has an approved login;
            `ASKED_ONCE` when the address has an open login with this password hash.
    """
    login_id = new_id()
    if member_id is None:
        await work.envelopes.make(login_id)
    login = Login(
        bank_id=bank_id,
        login_id=login_id,
        member_id=member_id,
        email_fingerprint=fingerprint(work, bank_id, email),
        email_sealed=work.envelopes.seal(member_id or login_id, email, "email", bank_id, login_id),
        shares_email=False,
        phone_fingerprint=phone_fingerprint,
        password_hash=password_hash,
        roles=sorted(roles),
        created_at=work.now,
    )
    work.session.add(login)
    await work.session.flush()
    return login


async def grant_membership(
    work: Work, bank_id: UUID, member_id: UUID, *, shares_email: bool = False
) -> bool:
    """Let the member's login act as a member from now on.

    Returns:
        Whether it may; not when another login of this address was approved before, unless it shares
        the address.
    """
    login = await queries.get_login_of_member(work.session, bank_id, member_id)
    try:
        async with work.session.begin_nested():
            login.roles = sorted({*login.roles, Role.MEMBER})
            login.shares_email = shares_email
            await work.session.flush()
    except IntegrityError as error:
        if violated(error) != ONE_APPROVED:
            raise
        return False
    return True


async def close_login(work: Work, bank_id: UUID, member_id: UUID) -> None:
    """The member's login opens nothing but the sight of their own closed record."""
    login = await queries.get_login_of_member(work.session, bank_id, member_id)
    login.roles = [role for role in login.roles if role != Role.MEMBER]
    login.closed_at = work.now


async def _end_reused(work: Work, session: Session) -> None:
    """Somebody else may hold a copy: end it, tell its owner, and count it for the operator."""
    session.ended_at = work.now
    await work.session.flush()
    await jobs.tell_ended(work, session)
    once_committed(work.session, REUSES.inc)


async def _renewed(tools: IdentityTools, stored: str, password: str) -> str:
    """The hash to keep: a new one when passwords are hashed more slowly by now."""
    if not tools.passwords.needs_rehash(stored):
        return stored
    return await tools.rehashed(password, salt_of(stored))


async def _begin_session(
    work: Work, tools: IdentityTools, login: Login, means: Means, device: Device
) -> Tokens:
    session = Session(
        bank_id=login.bank_id,
        session_id=new_id(),
        login_id=login.login_id,
        refresh_counter=0,
        created_at=work.now,
        rotated_at=work.now,
        expires_at=work.now + timedelta(days=work.settings.session_days),
        device=device,
        means=means,
        proved_at=work.now,
    )
    work.session.add(session)
    return _tokens(work, tools, session)


def _tokens(work: Work, tools: IdentityTools, session: Session) -> Tokens:
    issued_at = work.now.replace(microsecond=0)
    seconds = work.settings.access_seconds
    access = Access(
        issuer=work.settings.issuer,
        bank_id=session.bank_id,
        login_id=session.login_id,
        session_id=session.session_id,
        token_id=new_id(),
        issued_at=issued_at,
        expires_at=issued_at + timedelta(seconds=seconds),
    )
    refresh = make_refresh(
        tools.refresh_key, session.bank_id, session.session_id, session.refresh_counter
    )
    return Tokens(issue(tools.ring, access), seconds, refresh)
