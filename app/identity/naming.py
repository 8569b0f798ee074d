"""By what a login is found: its e-mail or its sign-in code, of which keyed hashes are kept."""

from collections.abc import Sequence
from uuid import UUID

from app.identity import queries
from app.identity.printed import canonical_code
from app.identity.rules import canonical_email, is_email
from app.identity.tables import Login
from app.kit.ground import Work


def fingerprint(work: Work, bank_id: UUID, email: str) -> bytes:
    """What an address is looked up by in a bank."""
    return work.vault.fingerprint(canonical_email(email), "email", bank_id)


def code_fingerprint(work: Work, bank_id: UUID, code: str) -> bytes:
    """What a sign-in code is looked up by in a bank."""
    return work.vault.fingerprint(canonical_code(code), "sign-in-code", bank_id)


async def named(work: Work, bank_id: UUID, username: str) -> Sequence[Login]:
    """The logins that an e-mail or a sign-in code names."""
    if is_email(username):
        mark = fingerprint(work, bank_id, username)
        return await queries.list_logins(work.session, bank_id, mark)
    mark = code_fingerprint(work, bank_id, username)
    return await queries.list_coded(work.session, bank_id, mark)


async def has_asked(work: Work, bank_id: UUID, email: str, password_hash: str) -> bool:
    """Whether an open login of this address, approved or not, has this password."""
    mark = fingerprint(work, bank_id, email)
    return await queries.has_asked(work.session, bank_id, mark, password_hash)


def sealed_email(work: Work, login: Login, email: str) -> bytes:
    """An address as a login keeps it."""
    owner = login.member_id or login.login_id
    return work.envelopes.seal(owner, email, "email", login.bank_id, login.login_id)
