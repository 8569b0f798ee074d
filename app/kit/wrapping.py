"""Keys under a key: data keys lie in the keystore wrapped by the master key (AES-256-GCM)."""

import os
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

_FORM: Final = b"\x01"
_MARK_BYTES: Final = 8
_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32


class WrongMaster(Exception):
    """The key was wrapped by a master key that we have not, or it was changed."""


class Wrapping:
    """Wraps with the present master key; unwraps with it and with those before it."""

    def __init__(self, masters: Sequence[bytes]) -> None:
        """Take the master keys (32 bytes each), the present one first."""
        self._boxes = {_mark_of(one): AESGCM(_derived(one, "wrap")) for one in masters}
        self._mark = _mark_of(masters[0])

    def wrap(self, name: str, key: bytes) -> bytes:
        """The key sealed, bound to its name."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._boxes[self._mark].encrypt(nonce, key, _about(name))
        return _FORM + self._mark + nonce + sealed

    def unwrap(self, name: str, wrapped: bytes) -> bytes:
        """The key.

        Raises:
            WrongMaster: when no master key that we have opens it.
        """
        form, mark, rest = wrapped[:1], wrapped[1 : 1 + _MARK_BYTES], wrapped[1 + _MARK_BYTES :]
        box = self._boxes.get(mark)
        if form != _FORM or box is None:
            raise WrongMaster
        try:
            return box.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], _about(name))
        except (InvalidTag, ValueError):
            raise WrongMaster from None

    def is_current(self, wrapped: bytes) -> bool:
        """Whether the present master key wrapped it."""
        return wrapped[1 : 1 + _MARK_BYTES] == self._mark


def _about(name: str) -> bytes:
    return b"timebank/key/" + name.encode()


def _mark_of(master: bytes) -> bytes:
    """Tells which master key it was, and nothing of it."""
    return _derived(master, "mark")[:_MARK_BYTES]


def _derived(master: bytes, purpose: str) -> bytes:
    info = f"timebank/{purpose}/v2".encode()
    return HKDFExpand(SHA256(), _KEY_BYTES, info).derive(master)
