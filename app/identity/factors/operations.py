"""Enrolling, proving and taking away a second factor."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete

from app.identity import queries as identity
from app.identity.demoting import demote
from app.identity.factors import codes, queries
from app.identity.factors.rules import (
    FactorThere,
    NoFactor,
    Proof,
    SecondFactorNeeded,
    WrongCode,
    is_paused,
)
from app.identity.factors.tables import Totp
from app.identity.passkeys import operations as passkeys
from app.identity.passkeys.queries import list_passkeys
from app.identity.rules import Caller, Means
from app.kit.ground import Work


@dataclass(frozen=True)
class Seed:
    """What the person's device takes, once."""

    seed: str
    uri: str


async def enrol(work: Work, caller: Caller) -> Seed:
    """Begin with a device: its codes count from the first that confirms it. Until then, again.

    Raises:
        FactorThere: when one is confirmed.
    """
    there = await queries.lock_totp(work.session, caller.bank_id, caller.login_id)
    if there is not None and there.confirmed_at is not None:
        raise FactorThere
    seed = codes.new_seed()
    row = there or Totp(bank_id=caller.bank_id, login_id=caller.login_id, confirmed_at=None)
    owner = caller.member_id or caller.login_id
    row.seed_sealed = work.envelopes.seal(owner, seed, "totp", caller.bank_id, caller.login_id)
    row.last_step, row.failures, row.failed_at, row.created_at = 0, 0, None, work.now
    work.session.add(row)
    return Seed(seed, codes.uri_of(seed, f"{work.now:%Y-%m}"))


async def confirm(work: Work, caller: Caller, code: str) -> None:
    """The device works: from now on its code is asked for, and this session was opened with one.

    Raises:
        NoFactor: when none was begun.
        FactorThere: when it is confirmed already.
        WrongCode: when the code is not good; the failure is committed.
    """
    totp = await queries.lock_totp(work.session, caller.bank_id, caller.login_id)
    if totp is None:
        raise NoFactor
    if totp.confirmed_at is not None:
        raise FactorThere
    await _take(work, totp, code)
    totp.confirmed_at = work.now
    session = await identity.lock_session(work.session, caller.bank_id, caller.session_id)
    assert session is not None, "the guard has found it"
    session.means, session.proved_at = Means.TOTP, work.now


async def remove(work: Work, bank_id: UUID, login_id: UUID) -> None:
    """Take a login's second factor away, if there is one; no session counts as proved by it."""
    theirs = (Totp.bank_id == bank_id, Totp.login_id == login_id)
    await work.session.execute(delete(Totp).where(*theirs))
    await demote(work, bank_id, login_id, Means.TOTP)


async def remove_all(work: Work, bank_id: UUID, login_id: UUID) -> None:
    """Leave a login nothing but its password."""
    await passkeys.remove_all(work, bank_id, login_id)
    await remove(work, bank_id, login_id)


async def prove(work: Work, bank_id: UUID, login_id: UUID, proof: Proof) -> Means:
    """What this login is proved by, beside its password, which is right.

    Raises:
        SecondFactorNeeded: when the login has a second factor, and no proof by one is there; the
            challenge for its passkeys is committed.
        WrongCode: when the code is not good; the failure is committed.
        WrongPasskey: when the passkey's answer is not good; its challenge is used up.
        PasskeysOff: when no pages are named that may ask for passkeys.
    """
    totp = await queries.lock_totp(work.session, bank_id, login_id)
    has_code = totp is not None and totp.confirmed_at is not None
    known = await list_passkeys(work.session, bank_id, login_id)
    if known and proof.passkey is not None:
        await passkeys.prove(work, bank_id, login_id, known, proof.passkey)
        return Means.PASSKEY
    if totp is not None and has_code and proof.code is not None:
        await _take(work, totp, proof.code)
        return Means.TOTP
    if known or has_code:
        raise SecondFactorNeeded(
            has_code=has_code, public_key=await passkeys.ask(work, bank_id, login_id, known)
        )
    return Means.PASSWORD


async def _take(work: Work, totp: Totp, code: str) -> None:
    seed = work.envelopes.open(totp.seed_sealed, "totp", totp.bank_id, totp.login_id) or ""
    step = codes.step_of(seed, code, work.now, totp.last_step)
    if step is None or is_paused(totp.failures, totp.failed_at, work.now):
        totp.failures, totp.failed_at = totp.failures + 1, work.now
        await work.session.flush()
        raise WrongCode
    totp.last_step, totp.failures, totp.failed_at = step, 0, None
