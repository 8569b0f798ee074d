"""A key of the installation that an operator can replace while its processes run."""

import os
import time
from contextlib import suppress
from typing import Final

from app.kit.envelopes import KEY_BYTES, KEY_SECONDS_MAX, away
from app.kit.keystore import KeyLost, Keystore
from app.kit.wrapping import Wrapping, WrongMaster

REFRESH: Final = "refresh"
"""The name of the key from which refresh tokens are derived, once it was renewed."""


class RenewableKey:
    """One such key in the keystore; until it is first renewed, the one that was there before."""

    def __init__(self, keystore: Keystore, wrapping: Wrapping, name: str, first: bytes) -> None:
        """Take where it lies, what opens it, and what it is before it lies there."""
        self._keystore = keystore
        self._wrapping = wrapping
        self._name = name
        self._first = first
        self._known: tuple[bytes, float] | None = None

    def current(self) -> bytes:
        """The key. Other processes have renewed it at most `KEY_SECONDS_MAX` ago.

        Raises:
            KeysAway: when the keystore cannot be reached, or its master key is another one.
        """
        now = time.monotonic()
        if self._known is None or self._known[1] <= now:
            self._known = (self._read(), now + KEY_SECONDS_MAX)
        return self._known[0]

    def renew(self) -> None:
        """Replace it, durable on return: whatever was derived from the one before is worthless.

        Raises:
            KeysAway: when the keystore cannot be written.
        """
        wrapped = self._wrapping.wrap(self._name, os.urandom(KEY_BYTES))
        try:
            with suppress(KeyLost):
                old = self._keystore.read(self._name)
                self._keystore.replace(self._name, old or b"", wrapped)
            self._keystore.add(self._name, wrapped)  # the first one; nothing where there is one
        except OSError as error:
            raise away(error) from None
        self._known = None

    def _read(self) -> bytes:
        try:
            wrapped = self._keystore.read(self._name)
            return self._wrapping.unwrap(self._name, wrapped or b"")
        except KeyLost:
            return self._first
        except (WrongMaster, OSError) as error:
            raise away(error) from None
