"""Passwords: which are acceptable, and how they are hashed (argon2id) without stalling the rest.

Passwords are brought to one Unicode form (NFKC, as NIST SP 800-63B advises) before anything else:
one keyboard sends "č" as one character, another as "c" and a caron, and both must open the door.
"""

import asyncio
import base64
import dataclasses
import hmac
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from enum import Enum, StrEnum, auto
from functools import partial
from importlib import resources
from typing import TypeVar

from argon2 import Parameters, PasswordHasher, extract_parameters
from argon2.low_level import hash_secret
from argon2.profiles import RFC_9106_LOW_MEMORY

PASSWORD_CHARS_MIN = 10
PASSWORD_CHARS_MAX = 128
TYPED_CHARS_MAX = 4 * PASSWORD_CHARS_MAX
"""Longer input is not normalised: that takes quadratic time, and NFKC at best quarters a text."""

SALTS_TRIED_MAX = 3
"""Logins of one address share a salt; only while parameters or keys change may it have more."""

HASHES_AT_ONCE = 2
QUEUE_MAX = 64
"""Some seconds of work with the strong profile; who would wait longer is better told to return."""
KNOWN_CHARS_MIN = 3
"""Shorter words than this are in every sentence."""

_COMMON = frozenset(
    resources.files("app.identity").joinpath("common_passwords.txt").read_text("utf-8").splitlines()
)
_WORD_ENDS = re.compile(r"[\W_]+")
_Result = TypeVar("_Result")


class PasswordProfile(Enum):
    """What one hash costs."""

    STRONG = dataclasses.replace(RFC_9106_LOW_MEMORY, parallelism=1)
    """64 MiB, 3 passes, 1 lane: production's. About 0.2 s on one of two shared cores; more lanes
    would be threads of one sign-in, which are of no use while others wait for the same cores."""
    MINIMUM = dataclasses.replace(
        RFC_9106_LOW_MEMORY, memory_cost=19 * 1024, time_cost=2, parallelism=1
    )
    """19 MiB, 2 passes, 1 lane: the least that OWASP accepts; the demo's, which has many join."""
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
    PERSONAL = auto()
    """Little is left of it without what others know of the person."""
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

    async def hash(self, password: str, salt: bytes | None = None) -> str:
        """Return the PHC text to store, with this salt or a random one.

        Raises:
            ValueError: `check_acceptable` finds the password too long or unreadable.
            HashingBusy: the queue is full.
        """
        normal = _normal(password)
        if normal is None:
            raise ValueError("the password is too long or unreadable")
        return await self._in_turn(partial(self._hasher.hash, normal, salt=salt))

    async def matching(self, stored: Sequence[str], password: str) -> frozenset[str]:
        """Return which of the stored hashes are this password's; with none stored, as slowly.

        The password is hashed once for each salt, so once for however many logins of one address.

        Raises:
            argon2.exceptions.InvalidHashError: one of `stored` is not a PHC text.
            HashingBusy: the queue is full.
        """
        normal = _normal(password)
        tried = stored if stored and normal is not None else [self._nobodys]
        found = await self._in_turn(partial(_matching, tried, normal or b""))
        return found if normal is not None else frozenset()

    async def verify(self, stored: str | None, password: str) -> bool:
        """Tell whether the password is the stored one; None, an unknown login, takes as long.

        Raises:
            argon2.exceptions.InvalidHashError: `stored` is not a PHC text.
            HashingBusy: the queue is full.
        """
        return stored in await self.matching([] if stored is None else [stored], password)

    def needs_rehash(self, stored: str) -> bool:
        """Tell whether a stored hash was made with another profile: hash again at sign-in."""
        return self._hasher.check_needs_rehash(stored)

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


def check_acceptable(password: str, *known: str) -> PasswordFlaw | None:
    """Return why a new password is refused, or None.

    Length counts, composition does not (OWASP ASVS 6.2); 15 characters or more are recommended.
    Words of `known`, an alias or an address, count for nothing: the rest must do without them.
    """
    normal = _normal(password)
    if normal is None:
        too_long = len(password) > TYPED_CHARS_MAX
        return PasswordFlaw.TOO_LONG if too_long else PasswordFlaw.UNREADABLE
    folded = normal.decode().casefold()
    flaw = _flaw_of(normal.decode(), folded)
    if flaw is None and (rest := _without(known, folded)) != folded:
        return PasswordFlaw.PERSONAL if _flaw_of(rest, rest) else None
    return flaw


def _flaw_of(text: str, folded: str) -> PasswordFlaw | None:
    flaws = {
        PasswordFlaw.TOO_SHORT: len(text) < PASSWORD_CHARS_MIN,
        PasswordFlaw.TOO_LONG: len(text) > PASSWORD_CHARS_MAX,
        PasswordFlaw.ONE_CHARACTER: len(set(folded)) == 1,
        PasswordFlaw.COMMON: folded in _COMMON,
    }
    return next((flaw for flaw, found in flaws.items() if found), None)


def _without(known: Iterable[str], folded: str) -> str:
    """The text without the words of what is known, the longest first."""
    whole = unicodedata.normalize("NFKC", " ".join(known)).casefold()
    words = {word for word in _WORD_ENDS.split(whole) if len(word) >= KNOWN_CHARS_MIN}
    for word in sorted(words, key=len, reverse=True):
        folded = folded.replace(word, "")
    return folded


def salt_of(stored: str) -> bytes:
    """Return the salt that a PHC text was made with."""
    salt = stored.split("$")[-2]
    return base64.b64decode(salt + "=" * (-len(salt) % 4))


def _matching(stored: Sequence[str], normal: bytes) -> frozenset[str]:
    by_recipe = {one.rpartition("$")[0]: one for one in reversed(stored)}
    recipes = list(dict.fromkeys(one.rpartition("$")[0] for one in stored))[:SALTS_TRIED_MAX]
    made = [_again(by_recipe[recipe], normal) for recipe in recipes]
    return frozenset(one for one in stored for text in made if hmac.compare_digest(one, text))


def _again(stored: str, normal: bytes) -> str:
    """The PHC text of this password, made as the stored one was."""
    cost = extract_parameters(stored)
    work = (cost.time_cost, cost.memory_cost, cost.parallelism, cost.hash_len, cost.type)
    return hash_secret(normal, salt_of(stored), *work, cost.version).decode()


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
