"""The installation's own keys, which PostgreSQL never sees: for look-ups, cursors, tokens.

One root key (32 bytes, from the keystore) gives a separate key for each purpose by HKDF (RFC 5869).
What is about a person is sealed with that person's key: see `envelopes`.
"""

import hashlib
import hmac
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

_NONCE_BYTES = 12
_KEY_BYTES = 32


class Tampered(Exception):
    """A sealed value is not what was sealed, or not for this place."""


class Vault:
    """Seals and opens short texts, and makes keyed fingerprints for look-ups."""

    def __init__(self, root: bytes) -> None:
        """Derive one key a purpose from the root key (32 bytes)."""
        self._root = root
        self._box = AESGCM(self.key("seal"))
        self._fingerprint_key = self.key("fingerprint")

    def key(self, purpose: str) -> bytes:
        """The 32-byte key of one purpose."""
        info = f"timebank/{purpose}/v1".encode()
        return HKDFExpand(SHA256(), _KEY_BYTES, info).derive(self._root)

    def seal(self, text: str, *about: UUID | str) -> bytes:
        """Encrypt (AES-256-GCM), bound to what it is about: it opens nowhere else."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._box.encrypt(nonce, text.encode(), label(about))

    def open(self, sealed: bytes, *about: UUID | str) -> str:
        """The text that was sealed.

        Raises:
            Tampered: when it was changed, moved, or sealed under another key.
        """
        try:
            nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
            return self._box.decrypt(nonce, rest, label(about)).decode()
        except (InvalidTag, ValueError):
            raise Tampered from None

    def fingerprint(self, text: str, *about: UUID | str) -> bytes:
        """32 bytes that are the same for the same text and place, and tell nothing of it."""
        message = label(about) + text.encode()
        return hmac.new(self._fingerprint_key, message, hashlib.sha256).digest()


def label(about: tuple[UUID | str, ...]) -> bytes:
    """An unambiguous encoding: each part carries its length."""
    parts = [str(part).encode() for part in about]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
