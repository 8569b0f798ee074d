"""The seal's signature (Ed25519, RFC 8032): made with a key that PostgreSQL never sees."""

import re
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
    load_pem_public_key,
)

from app.kit.settings import BadSettings, Settings
from app.ledger.chain import microseconds

FIRST_PREVIOUS: Final = bytes(32)
_TAG: Final = b"timebank/ledger/seal/2"
_KEY_ID_CHARS: Final = 16
_PEM: Final = re.compile(r"-----BEGIN [A-Z ]+-----[^-]*-----END [A-Z ]+-----")


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
            *(number.to_bytes(8, "big", signed=True) for number in numbers),
            self.root,
            self.contents,
            self.previous_hash,
        )
        return sha256(b"".join(parts)).digest()


@dataclass(frozen=True, repr=False)
class Sealer:
    """The key that seals, and every key whose seals are believed; of old ones the public half."""

    private: Ed25519PrivateKey
    public: dict[str, Ed25519PublicKey]

    @classmethod
    def from_pems(cls, current: str, older: str | None = None) -> "Sealer":
        """The sealer for a current private key and those before it, private or public.

        Raises:
            BadSealKey: when one is not an unencrypted Ed25519 key in PEM.
        """
        private = _load(current)
        keys = [private.public_key(), *([] if older is None else _public_keys(older))]
        return cls(private, {key_id(key): key for key in keys})

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
    current, older = settings.seal_key, settings.seal_key_previous
    if current is None:
        return None
    try:
        return Sealer.from_pems(
            current.get_secret_value(), None if older is None else older.get_secret_value()
        )
    except BadSealKey as error:
        raise BadSettings(f"TIMEBANK_SEAL_KEY: {error}") from None


def key_id(key: Ed25519PublicKey) -> str:
    """The first hexadecimal digits of the SHA-256 of the public key."""
    return sha256(raw(key)).hexdigest()[:_KEY_ID_CHARS]


def raw(key: Ed25519PublicKey) -> bytes:
    """The 32 bytes of a public key."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _public_keys(pems: str) -> list[Ed25519PublicKey]:
    """The public halves of keys that stand one after another, each private or public."""
    found = _PEM.findall(pems)
    if not found or _PEM.sub("", pems).strip():
        raise BadSealKey("the seal keys before it must be PEM keys, one after another")
    return [_public_key(pem) for pem in found]


def _public_key(pem: str) -> Ed25519PublicKey:
    if "PUBLIC" not in pem.partition("\n")[0]:
        return _load(pem).public_key()
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise BadSealKey("a seal key before it cannot be read") from None
    if not isinstance(key, Ed25519PublicKey):
        raise BadSealKey("a seal key before it is no Ed25519 key")
    return key


def _load(pem: str) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadSealKey("the seal key must be an unencrypted PEM private key") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadSealKey("the seal key must be an Ed25519 key")
    return key
