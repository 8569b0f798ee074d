"""Envelopes: a text about a person is sealed with that person's own data key.

A data key is random, lies in the keystore wrapped by the master key, and never in PostgreSQL. So a
dump of the database alone gives nothing, and when a person's key is destroyed, everything that was
sealed with it is gone: from the tables, the write-ahead log and every backup at once.

A sealed text names its owner, so it opens without knowing whose it is.
"""

import asyncio
import os
import time
from collections import OrderedDict
from typing import ClassVar, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.kit.errors import Busy, Said
from app.kit.keystore import KeyLost, Keystore
from app.kit.logs import log
from app.kit.vault import Tampered, Vault, label
from app.kit.wrapping import Wrapping, WrongMaster

ROOT: Final = "root"
"""The name of the installation's own key, from which look-up hashes and cursors hang."""
KEY_BYTES: Final = 32
KEYS_CACHED_MAX: Final = 10_000
KEY_SECONDS_MAX: Final = 30.0
"""A destroyed key is forgotten by every process within this time."""
_FORM: Final = b"tbk\x02"
_OWNER_BYTES: Final = 16
_NONCE_BYTES: Final = 12


class KeysAway(Busy):
    """The keystore cannot be reached, or lacks a key that it should hold."""

    retry_after_seconds = 30
    said: ClassVar = {
        "en": Said("This cannot be opened now", "The keys are away. Nothing was changed."),
        "sl": Said("Tega zdaj ni mogoče odpreti", "Ključi niso dosegljivi. Nič se ni spremenilo."),
    }


class Envelopes:
    """Seals and opens texts with their owners' keys; one per process."""

    def __init__(self, keystore: Keystore, wrapping: Wrapping, before: Vault) -> None:
        """Take the keystore, what opens it, and the vault for texts from before there were keys."""
        self._keystore = keystore
        self._wrapping = wrapping
        self._before = before
        self._boxes = OrderedDict[UUID, tuple[AESGCM | None, float]]()

    async def make(self, owner: UUID) -> None:
        """Make a person's data key; on the disk before this returns, so before any commit.

        Raises:
            KeysAway: when the keystore cannot be written.
        """
        wrapped = self._wrapping.wrap(str(owner), os.urandom(KEY_BYTES))
        try:
            await asyncio.to_thread(self._keystore.add, str(owner), wrapped)
        except OSError as error:
            raise away(error) from None

    async def destroy(self, owner: UUID) -> None:
        """Destroy a person's data key: erasure. Other processes follow in `KEY_SECONDS_MAX`.

        Raises:
            KeysAway: when the keystore cannot be written.
        """
        self._boxes.pop(owner, None)
        try:
            await asyncio.to_thread(self._keystore.destroy, str(owner))
        except OSError as error:
            raise away(error) from None

    def seal(self, owner: UUID, text: str, *about: UUID | str) -> bytes:
        """Encrypt with the owner's key, bound to what it is about: it opens nowhere else.

        Returns:
            The sealed text; nothing where the owner's key was destroyed, as they are forgotten.

        Raises:
            KeysAway: when the owner's key cannot be had.
        """
        box = self._box(owner)
        if box is None:
            return b""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = box.encrypt(nonce, text.encode(), label((owner, *about)))
        return _FORM + owner.bytes + nonce + sealed

    def open(self, sealed: bytes, *about: UUID | str) -> str | None:
        """The text that was sealed; None when it was emptied, or its owner's key was destroyed.

        Raises:
            KeysAway: when the owner's key cannot be had.
            Tampered: when it was changed, moved, or sealed under another key.
        """
        if not sealed:
            return None  # emptied when its time was over
        if not is_owned(sealed):
            return self._before.open(sealed, *about)
        owner = owner_of(sealed)
        box = self._box(owner)
        if box is None:
            return None
        rest = sealed[len(_FORM) + _OWNER_BYTES :]
        nonce, text = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
        try:
            return box.decrypt(nonce, text, label((owner, *about))).decode()
        except (InvalidTag, ValueError):
            raise Tampered from None

    def _box(self, owner: UUID) -> AESGCM | None:
        now = time.monotonic()
        box, until = self._boxes.get(owner, (None, now))
        if until <= now:
            box = self._read(owner)
            self._boxes[owner] = (box, now + KEY_SECONDS_MAX)
        self._boxes.move_to_end(owner)
        if len(self._boxes) > KEYS_CACHED_MAX:
            self._boxes.popitem(last=False)
        return box

    def _read(self, owner: UUID) -> AESGCM | None:
        name = str(owner)
        try:
            wrapped = self._keystore.read(name)
            return AESGCM(self._wrapping.unwrap(name, wrapped)) if wrapped else None
        except (KeyLost, WrongMaster, OSError) as error:
            raise away(error) from None


def is_owned(sealed: bytes) -> bool:
    """Whether this was sealed with a person's key, and not before there were such keys."""
    return sealed.startswith(_FORM)


def owner_of(sealed: bytes) -> UUID:
    """Whose key seals this."""
    return UUID(bytes=sealed[len(_FORM) : len(_FORM) + _OWNER_BYTES])


def away(error: Exception) -> KeysAway:
    """The refusal when a key cannot be had; the operator's log says why."""
    log.error("a data key cannot be had", error=type(error).__name__)
    return KeysAway()
