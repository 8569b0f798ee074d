"""The seal's signature (Ed25519, RFC 8032): made with a key that PostgreSQL never sees."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from app.kit.settings import BadSettings, Settings
from app.ledger.chain import microseconds

FIRST_PREVIOUS: Final = bytes(32)
_TAG: Final = b"timebank/ledger/seal/2"
_KEY_ID_CHARS: Final = 16


class BadSealKey(ValueError):
    """The configured seal key cannot be used; shows nothing of it."""


@dataclass(frozen=True)
class SealText:
    """What a seal says."""

    bank_id: UUID
    seal_no: int
    taken_at: datetime
    root: bytes
    contents: bytes
    """Salted digest of what only the bank sees (`tree.contents`)."""
    previous_hash: bytes

    def hash(self) -> bytes:
        """SHA-256 over all of it; this is what is signed, published and kept."""
        numbers = (self.seal_no, microseconds(self.taken_at))
        parts = (
            _TAG,
            self.bank_id.bytes,
            *(number.to_bytes(8, "big") for number in numbers),
            self.root,
            self.contents,
            self.previous_hash,
        )
        return sha256(b"".join(parts)).digest()


@dataclass(frozen=True, repr=False)
class Sealer:
    """The key that seals, and every key whose seals are believed."""

    private: Ed25519PrivateKey
    public: dict[str, Ed25519PublicKey]

    @classmethod
    def from_pems(cls, current: str, *older: str) -> "Sealer":
        """The sealer for a current private key and those before it.

        Raises:
            BadSealKey: when one is not an unencrypted Ed25519 private key in PEM.
        """
        keys = [_load(pem) for pem in (current, *older)]
        public = {key_id(key.public_key()): key.public_key() for key in keys}
        return cls(keys[0], public)

    @property
    def key_id(self) -> str:
        """The id of the key that seals now."""
        return key_id(self.private.public_key())

    def signed(self, said: SealText) -> dict[str, Any]:
        """What a seal has beside what it says: its hash, the key and the signature."""
        digest = said.hash()
        return {"hash": digest, "key_id": self.key_id, "signature": self.private.sign(digest)}

    def believes(self, named: str, digest: bytes, signature: bytes) -> bool:
        """Whether this is the signature of one of our keys."""
        key = self.public.get(named)
        if key is None:
            return False
        try:
            key.verify(signature, digest)
        except InvalidSignature:
            return False
        return True


def sealer_of(settings: Settings) -> Sealer | None:
    """The sealer of these settings; None when they name no seal key.

    Raises:
        BadSettings: when a key cannot be used.
    """
    keys = [key for key in (settings.seal_key, settings.seal_key_previous) if key is not None]
    if settings.seal_key is None:
        return None
    try:
        return Sealer.from_pems(*(key.get_secret_value() for key in keys))
    except BadSealKey as error:
        raise BadSettings(f"TIMEBANK_SEAL_KEY: {error}") from None


def key_id(key: Ed25519PublicKey) -> str:
    """The first hexadecimal digits of the SHA-256 of the public key."""
    return sha256(raw(key)).hexdigest()[:_KEY_ID_CHARS]


def raw(key: Ed25519PublicKey) -> bytes:
    """The 32 bytes of a public key."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _load(pem: str) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadSealKey("the seal key must be an unencrypted PEM private key") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadSealKey("the seal key must be an Ed25519 key")
    return key
