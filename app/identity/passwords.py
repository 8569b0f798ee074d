"""Passwords: which are acceptable, and how they are hashed (argon2id) without stalling the rest.

Passwords are brought to one Unicode form (NFKC, as NIST SP 800-63B advises) before anything else:
one keyboard sends "č" as one character, another as "c" and a caron, and both must open the door.
"""

import asyncio
import base64
import dataclasses
import secrets
import unicodedata
from collections.abc import Callable
from enum import Enum, StrEnum, auto
from functools import partial
from importlib import resources
from typing import TypeVar

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

PASSWORD_CHARS_MIN = 10
PASSWORD_CHARS_MAX = 128
TYPED_CHARS_MAX = 4 * PASSWORD_CHARS_MAX
"""Longer input is not normalised: that takes quadratic time, and NFKC at best quarters a text."""

HASHES_AT_ONCE = 2
QUEUE_MAX = 64
"""Some seconds of work with the strong profile; who would wait longer is better told to return."""

_COMMON = frozenset(
    resources.files("app.identity").joinpath("common_passwords.txt").read_text("utf-8").splitlines()
)
_Result = TypeVar("_Result")


class PasswordProfile(Enum):
    """What one hash costs."""

    STRONG = RFC_9106_LOW_MEMORY
    """64 MiB, 3 passes, 4 lanes: the second choice of RFC 9106 and the library's default."""
    MINIMUM = dataclasses.replace(
        RFC_9106_LOW_MEMORY, memory_cost=19 * 1024, time_cost=2, parallelism=1
    )
    """19 MiB, 2 passes, 1 lane: the least that OWASP accepts."""
    TEST = dataclasses.replace(RFC_9106_LOW_MEMORY, memory_cost=8, time_cost=1, parallelism=1)
    """Almost nothing: for tests only."""


class HashingBusy(Exception):
    """Too many passwords wait to be hashed; try again later."""


class PasswordFlaw(StrEnum):
    """Why a password is not acceptable."""

    TOO_SHORT = auto()
    TOO_LONG = auto()
    COMMON = auto()
    ONE_CHARACTER = auto()
    UNREADABLE = auto()


class Passwords:
    """Hashes and verifies in threads, a few at once, the others in a bounded queue.

    Make one per process. At most `at_once` hashes hold memory, even when callers are cancelled.
    """

    def __init__(
        self,
        profile: PasswordProfile,
        at_once: int = HASHES_AT_ONCE,
        queue_max: int = QUEUE_MAX,
    ) -> None:
        self._hasher = PasswordHasher.from_parameters(profile.value)
        self._nobodys = _nobodys_hash(profile.value)
        self._slots = asyncio.Semaphore(at_once)
        self._waiting = 0
        self._queue_max = queue_max

    async def hash(self, password: str) -> str:
        """Return the PHC text to store.

        Raises:
            ValueError: `check_acceptable` finds the password too long or unreadable.
            HashingBusy: the queue is full.
        """
        normal = _normal(password)
        if normal is None:
            raise ValueError("the password is too long or unreadable")
        return await self._in_turn(partial(self._hasher.hash, normal))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Tell whether the password is the stored one; None, an unknown login, takes as long.

        Raises:
            argon2.exceptions.InvalidHashError: `stored` is not a PHC text.
            HashingBusy: the queue is full.
        """
        normal = _normal(password)
        if stored is None or normal is None:
            await self._in_turn(partial(self._matches, self._nobodys, b""))
            return False
        return await self._in_turn(partial(self._matches, stored, normal))

    def needs_rehash(self, stored: str) -> bool:
        """Tell whether a stored hash was made with another profile: hash again at sign-in."""
        return self._hasher.check_needs_rehash(stored)

    def _matches(self, stored: str, normal: bytes) -> bool:
        try:
            return self._hasher.verify(stored, normal)
        except VerifyMismatchError:
            return False

    async def _in_turn(self, work: Callable[[], _Result]) -> _Result:
        await self._take_slot()
        running = asyncio.get_running_loop().run_in_executor(None, work)
        # A thread cannot be stopped: the slot is free when the work ends, not when its caller
        # goes away, or cancelled sign-ins would pile up memory.
        running.add_done_callback(lambda _: self._slots.release())
        return await asyncio.shield(running)

    async def _take_slot(self) -> None:
        if self._slots.locked() and self._waiting >= self._queue_max:
            raise HashingBusy
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1


def check_acceptable(password: str) -> PasswordFlaw | None:
    """Return why a new password is refused, or None.

    Length counts, composition does not (OWASP ASVS 6.2); 15 characters or more are recommended.
    """
    normal = _normal(password)
    if normal is None:
        too_long = len(password) > TYPED_CHARS_MAX
        return PasswordFlaw.TOO_LONG if too_long else PasswordFlaw.UNREADABLE
    text = normal.decode()
    folded = text.casefold()
    flaws = {
        PasswordFlaw.TOO_SHORT: len(text) < PASSWORD_CHARS_MIN,
        PasswordFlaw.TOO_LONG: len(text) > PASSWORD_CHARS_MAX,
        PasswordFlaw.ONE_CHARACTER: len(set(folded)) == 1,
        PasswordFlaw.COMMON: folded in _COMMON,
    }
    return next((flaw for flaw, found in flaws.items() if found), None)


def _normal(password: str) -> bytes | None:
    if len(password) > TYPED_CHARS_MAX:
        return None
    text = unicodedata.normalize("NFKC", password)
    # The error of `encode` would quote the password, so half characters are found beforehand.
    if any(unicodedata.category(character) == "Cs" for character in text):
        return None
    return text.encode()


def _nobodys_hash(cost: Parameters) -> str:
    # Random bytes in the shape of a hash: no password is known to match, and none is hashed at
    # the start for it.
    salt, digest = (
        base64.b64encode(secrets.token_bytes(length)).rstrip(b"=").decode()
        for length in (cost.salt_len, cost.hash_len)
    )
    work = f"m={cost.memory_cost},t={cost.time_cost},p={cost.parallelism}"
    return f"$argon2id$v={cost.version}${work}${salt}${digest}"
