"""Making, proving with and removing passkeys."""

import os
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from app.identity import queries as identity
from app.identity.demoting import demote
from app.identity.devices import Device
from app.identity.errors import BadPasskey
from app.identity.passkeys import ceremony, queries
from app.identity.passkeys.ceremony import Answer, Credential
from app.identity.passkeys.rules import (
    CHALLENGE_BYTES,
    CHALLENGE_HOLDS,
    PASSKEYS_MAX,
    PasskeysOff,
    Purpose,
    TooManyPasskeys,
    WrongPasskey,
)
from app.identity.passkeys.tables import Passkey, PasskeyChallenge
from app.identity.rules import Caller, Means
from app.kit.errors import NotFound
from app.kit.ground import Work
from app.kit.ids import new_id
from app.kit.pages import RelyingParty
from app.kit.settings import Settings
from app.kit.sweeping import delete_some

DEMO_PARTY: Final = RelyingParty("localhost", ("http://localhost:8000",))
_ABOUT: Final = "passkey"


async def begin(work: Work, caller: Caller) -> dict[str, Any]:
    """What the caller's browser needs to make a passkey; it counts once its answer has come.

    Raises:
        PasskeysOff: when no pages are named that may ask for passkeys.
        TooManyPasskeys: when the caller has as many as one may.
    """
    party = party_of(work.settings)
    known = await queries.list_passkeys(work.session, caller.bank_id, caller.login_id)
    _refuse_too_many(known)
    challenge = await _challenge(work, caller.bank_id, caller.login_id, Purpose.ENROL)
    user = work.vault.fingerprint(str(caller.login_id), _ABOUT, caller.bank_id)
    label = f"{work.now:%Y-%m}"
    credentials = [opened(work, one) for one in known]
    return ceremony.enrolling(party, user, label, challenge, credentials)


async def finish(work: Work, caller: Caller, answer: Answer, device: Device) -> Passkey:
    """Take the passkey that was made: from now on signing in asks for one.

    Raises:
        PasskeysOff: when no pages are named that may ask for passkeys.
        WrongPasskey: when it is not an answer to what was begun; the challenge is used up.
        TooManyPasskeys: when the caller has as many as one may.
    """
    bank_id, login_id = caller.bank_id, caller.login_id
    party = party_of(work.settings)
    await identity.lock_login(work.session, bank_id, login_id)
    _refuse_too_many(await queries.list_passkeys(work.session, bank_id, login_id))
    challenge = await _take_challenge(work, bank_id, login_id, Purpose.ENROL)
    try:
        credential, count = ceremony.enrolled(party, challenge, answer)
    except BadPasskey:
        raise WrongPasskey from None
    owner, passkey_id = caller.owner_id, new_id()
    row = Passkey(
        bank_id=bank_id,
        passkey_id=passkey_id,
        login_id=login_id,
        credential_sealed=work.envelopes.seal(
            owner, credential.kept(), _ABOUT, bank_id, passkey_id
        ),
        sign_count=count,
        device=device,
        created_at=work.now,
    )
    work.session.add(row)
    session = await identity.lock_session(work.session, bank_id, caller.session_id)
    assert session is not None, "the guard has found it"
    session.means, session.proved_at = Means.PASSKEY, work.now
    return row


async def remove(work: Work, caller: Caller, passkey_id: UUID) -> None:
    """Remove one of the caller's passkeys; whatever session was proved by one is so no more.

    Raises:
        NotFound: when it is not one of theirs.
    """
    row = await queries.lock_passkey(work.session, caller.bank_id, caller.login_id, passkey_id)
    if row is None:
        raise NotFound
    await work.session.delete(row)
    await work.session.flush()
    await demote(work, caller.bank_id, caller.login_id, Means.PASSKEY)


async def remove_all(work: Work, bank_id: UUID, login_id: UUID) -> None:
    """Remove every passkey of a login, and what it was asked."""
    for table in (Passkey, PasskeyChallenge):
        theirs = (table.bank_id == bank_id, table.login_id == login_id)
        await work.session.execute(delete(table).where(*theirs))


async def ask(
    work: Work, bank_id: UUID, login_id: UUID, known: Sequence[Passkey]
) -> dict[str, Any] | None:
    """What a browser needs to prove with one of these; None when there is none to prove with."""
    if not known or find_party(work.settings) is None:
        return None
    challenge = await _challenge(work, bank_id, login_id, Purpose.PROVE)
    credentials = [opened(work, one) for one in known]
    return ceremony.asking(party_of(work.settings), challenge, credentials)


async def prove(
    work: Work, bank_id: UUID, login_id: UUID, known: Sequence[Passkey], answer: Answer
) -> None:
    """The answer is by one of these passkeys of the login, to what it was asked.

    Raises:
        PasskeysOff: when no pages are named that may ask for passkeys.
        WrongPasskey: when it is not; the challenge is used up.
    """
    party = party_of(work.settings)
    challenge = await _take_challenge(work, bank_id, login_id, Purpose.PROVE)
    try:
        named = ceremony.named(answer)
        found = next((one for one in known if opened(work, one).id == named), None)
        row = found and await queries.lock_passkey(
            work.session, bank_id, login_id, found.passkey_id
        )
        if row is None:
            raise WrongPasskey
        count = ceremony.proved(party, challenge, answer, opened(work, row), row.sign_count)
    except BadPasskey:
        raise WrongPasskey from None
    row.sign_count, row.used_at = count, work.now


def opened(work: Work, row: Passkey) -> Credential:
    """What is kept of a passkey."""
    text = work.envelopes.open(row.credential_sealed, _ABOUT, row.bank_id, row.passkey_id)
    return Credential.of(text or '["", ""]')


def find_party(settings: Settings) -> RelyingParty | None:
    """For whom passkeys are made: what is named, in the demo its own page, or nobody."""
    return settings.relying_party or (DEMO_PARTY if settings.is_demo else None)


def party_of(settings: Settings) -> RelyingParty:
    """The same.

    Raises:
        PasskeysOff: when it is nobody.
    """
    party = find_party(settings)
    if party is None:
        raise PasskeysOff
    return party


async def sweep_challenges(work: Work) -> int:
    """Forget challenges that nobody answered in time; a batch, gives its size."""
    before = work.now - CHALLENGE_HOLDS
    return await delete_some(work.session, PasskeyChallenge, PasskeyChallenge.made_at < before)


def _refuse_too_many(known: Sequence[Passkey]) -> None:
    if len(known) >= PASSKEYS_MAX:
        raise TooManyPasskeys(passkeys_max=PASSKEYS_MAX)


async def _challenge(work: Work, bank_id: UUID, login_id: UUID, purpose: Purpose) -> bytes:
    """A new challenge, in place of the one that was asked before."""
    challenge = os.urandom(CHALLENGE_BYTES)
    row = {
        "bank_id": bank_id,
        "login_id": login_id,
        "purpose": purpose.value,
        "challenge": challenge,
        "made_at": work.now,
    }
    made = insert(PasskeyChallenge).values(row)
    await work.session.execute(
        made.on_conflict_do_update(
            index_elements=["bank_id", "login_id", "purpose"],
            set_={"challenge": challenge, "made_at": work.now},
        )
    )
    return challenge


async def _take_challenge(work: Work, bank_id: UUID, login_id: UUID, purpose: Purpose) -> bytes:
    """The challenge that the login was asked, which nobody can take again.

    Raises:
        WrongPasskey: when there is none, or its time is over.
    """
    taken = await work.session.execute(
        delete(PasskeyChallenge)
        .where(
            PasskeyChallenge.bank_id == bank_id,
            PasskeyChallenge.login_id == login_id,
            PasskeyChallenge.purpose == purpose,
            PasskeyChallenge.made_at > work.now - CHALLENGE_HOLDS,
        )
        .returning(PasskeyChallenge.challenge)
    )
    challenge = taken.scalar_one_or_none()
    if challenge is None:
        raise WrongPasskey
    return bytes(challenge)
