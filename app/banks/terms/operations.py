"""Publishing terms."""

from collections.abc import Mapping
from uuid import UUID

from app.banks import queries as banks
from app.banks.tables import Bank
from app.banks.terms.tables import TermsText, TermsVersion
from app.kit.ground import Work


async def begin(work: Work, bank: Bank) -> None:
    """The first version of a new bank, which has no text yet."""
    first = TermsVersion(
        bank_id=bank.bank_id, version=bank.terms_version, published_at=work.now, published_by=None
    )
    work.session.add(first)
    await work.session.flush()


async def publish(
    work: Work, bank_id: UUID, *, by: UUID, owner_id: UUID, texts: Mapping[str, str], reason: str
) -> TermsVersion:
    """The next version of a bank's terms. Who takes part has to accept it before going on."""
    bank = await banks.lock_bank(work.session, bank_id)
    bank.terms_version += 1
    version = bank.terms_version
    row = TermsVersion(
        bank_id=bank_id,
        version=version,
        published_at=work.now,
        published_by=by,
        reason_sealed=work.envelopes.seal(owner_id, reason, "terms", bank_id, str(version)),
    )
    work.session.add(row)
    await work.session.flush()
    for language, words in sorted(texts.items()):
        text = TermsText(bank_id=bank_id, version=version, language=language, words=words)
        work.session.add(text)
    await work.session.flush()
    return row
