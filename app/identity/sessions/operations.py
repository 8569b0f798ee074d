"""Proving again who one is, and signing out."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, update

from app.identity import queries
from app.identity.claims import Access
from app.identity.factors import operations as factors
from app.identity.factors.rules import Proof
from app.identity.rules import Caller, WrongCredentials
from app.identity.tables import Login, Session
from app.identity.tools import IdentityTools
from app.kit.errors import NotFound
from app.kit.ground import Work
from app.kit.sweeping import delete_some


async def confirm(
    work: Work, tools: IdentityTools, caller: Caller, *, password: str, proof: Proof
) -> None:
    """Prove again who is asking, for what needs a proof that is fresh.

    Raises:
        WrongCredentials: the password is wrong.
        SecondFactorNeeded: the password is right, and the login has a second factor.
        WrongCode: the code is not good; the failure is committed.
        WrongPasskey: the passkey's answer is not good; its challenge is used up.
        PasskeysOff: no pages are named that may ask for passkeys.
        TooManySignIns: when too many passwords wait to be checked.
    """
    await prove_password(work, tools, caller, password)
    means = await factors.prove(work, caller.bank_id, caller.login_id, proof)
    session = await queries.lock_session(work.session, caller.bank_id, caller.session_id)
    if session is not None:
        session.proved_at, session.means = work.now, means


async def prove_password(work: Work, tools: IdentityTools, caller: Caller, password: str) -> Login:
    """The caller's login, locked, if this is its password.

    Raises:
        WrongCredentials: when it is not.
        TooManySignIns: when too many passwords wait to be checked.
    """
    stored = (await queries.get_login(work.session, caller.bank_id, caller.login_id)).password_hash
    await work.pause()
    matching = await tools.matching([stored], password)
    login = await queries.lock_login(work.session, caller.bank_id, caller.login_id)
    if login.password_hash not in matching:
        raise WrongCredentials
    return login


async def sign_out(work: Work, caller: Caller, session_id: UUID) -> None:
    """End one of the caller's sessions at once.

    Raises:
        NotFound: when it is not one of theirs.
    """
    session = await queries.lock_session(work.session, caller.bank_id, session_id)
    if session is None or session.login_id != caller.login_id:
        raise NotFound
    session.ended_at = session.ended_at or work.now


async def sign_out_everywhere(work: Work, token: Access | None) -> None:
    """End every session of whoever holds this token, if its own session is live; else nothing."""
    if token is not None and await queries.is_live(work.session, token, work.now):
        await end_sessions(work, token.bank_id, token.login_id)


async def sign_out_member(work: Work, caller: Caller, member_id: UUID) -> None:
    """End every session of a member who asked staff for it. Nothing of them is read or told.

    Raises:
        NotFound: when the bank has no such member.
    """
    login_id = await queries.find_login_id(work.session, caller.bank_id, member_id)
    if login_id is None:
        raise NotFound
    await end_sessions(work, caller.bank_id, login_id)


async def end_sessions(
    work: Work, bank_id: UUID, login_id: UUID, *, but: UUID | None = None
) -> None:
    """End every session of a login at once, but for the one named."""
    theirs = [Session.bank_id == bank_id, Session.login_id == login_id, Session.ended_at.is_(None)]
    if but is not None:
        theirs.append(Session.session_id != but)
    await work.session.execute(update(Session).where(*theirs).values(ended_at=work.now))


async def end_every(work: Work, bank_id: UUID) -> int:
    """End every session of a bank: for an operator, in danger.

    Returns:
        How many went on.
    """
    count, after = 0, UUID(int=0)
    while some := await queries.list_unended(work.session, bank_id, after):
        theirs = (Session.bank_id == bank_id, Session.session_id.in_(some))
        await work.session.execute(
            update(Session).where(*theirs, Session.ended_at.is_(None)).values(ended_at=work.now)
        )
        count, after = count + len(some), some[-1]
    return count


async def sweep_sessions(work: Work) -> int:
    """Forget sessions that ended or expired over `session_days` ago; a batch, gives its size."""
    before = work.now - timedelta(days=work.settings.session_days)
    old = or_(Session.ended_at < before, Session.expires_at < before)
    return await delete_some(work.session, Session, old)
