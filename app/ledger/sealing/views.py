"""A seal as anybody of the bank may see it; bytes in hexadecimal."""

from typing import Any
from uuid import UUID

from app.kit.values import Moment, View
from app.ledger.sealing.signing import Sealer, raw
from app.ledger.sealing.tables import Seal

SEAL_HASH_CHARS = 64
_HEXADECIMAL = ("root", "contents", "previous_hash", "hash", "signature")


class SealView(View):
    """All accounts of the bank at a moment: `hash` covers the rest and is what is signed.

    How many accounts and postings there are, `contents` tells nobody who does not know its salt.
    """

    seal_no: int
    taken_at: Moment
    root: str
    contents: str
    previous_hash: str
    hash: str
    key_id: str
    signature: str

    @classmethod
    def facts(cls, row: Seal) -> dict[str, Any]:
        """The members of the view of a row."""
        plain = {name: getattr(row, name) for name in SealView.model_fields}
        return plain | {name: getattr(row, name).hex() for name in _HEXADECIMAL}

    @classmethod
    def of(cls, row: Seal) -> "SealView":
        """The view of a row."""
        return cls(**cls.facts(row))


class PublishedSealView(SealView):
    """A seal with the public key (Ed25519) that its signature is checked with."""

    bank_id: UUID
    """The hash has it too."""
    public_key: str | None
    """Null when the key is no longer believed."""

    @classmethod
    def by(cls, row: Seal, sealer: Sealer | None) -> "PublishedSealView":
        """The view of a row, with the key if this sealer believes it."""
        key = sealer.public.get(row.key_id) if sealer else None
        public_key = raw(key).hex() if key else None
        return cls(**cls.facts(row), bank_id=row.bank_id, public_key=public_key)
