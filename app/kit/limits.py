"""How often somebody may ask: counted here at once, shared through PostgreSQL a moment later.

A request is counted by login, or by the prefix of its address where there is none, in windows of
a named length. The count is a number in this process's memory, so it costs no round trip; once a
second `app.kit.limit_counts` adds it to the shared count and reads that back. With n processes a
flood that begins in all of them at once may pass up to n times the limit in its first second.

Nothing here can lock a person out: passwords are counted by name *and* prefix, so whoever guesses
from elsewhere uses up a count of their own. Who is signed in and tries secrets of their own login
is counted by that login; signing in anew stays open to them.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Final, NamedTuple
from uuid import UUID

from app.kit.errors import Said, TooMuch
from app.kit.settings import Environment, Settings

NO_BANK: Final = UUID(int=0)
"""Counts of strangers belong to no bank."""
SUBJECT_BYTES: Final = 16
COUNTS_MAX: Final = 100_000
"""Subjects remembered by one process; beyond it, it starts again from the shared counts."""
FACTORS: Final = {Environment.PRODUCTION: 1, Environment.DEMO: 100, Environment.TEST: 10_000}
"""Outside production nobody should run into a limit while trying things out, or load tests."""


_ALIKE: Final = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None, " ": None})
"""Ways to write one name: a code on paper is the same however it is grouped."""


class TooManyRequests(TooMuch):
    """This login or address has asked as often as one may in a while."""

    said: ClassVar = {
        "en": Said("Too many requests", "Please wait as long as Retry-After says."),
        "sl": Said("Preveč zahtev", "Počakajte, kolikor pravi Retry-After."),
    }

    def __init__(self, wait_seconds: int) -> None:
        """Remember when the window ends."""
        super().__init__()
        self._wait_seconds = wait_seconds

    @property
    def headers(self) -> dict[str, str]:
        """Say when the window ends."""
        return {"Retry-After": str(self._wait_seconds)}


class Counted(StrEnum):
    """What is counted apart; beside these, single operations by their names."""

    READ = "read"
    WRITE = "write"
    ENTRY = "entry"
    HEAVY = "heavy"
    GUESS = "guess"


class Limit(NamedTuple):
    """At most so many in a window of so many seconds."""

    count_max: int
    window_seconds: int


class Key(NamedTuple):
    """Whose count of what, in which window."""

    bank_id: UUID
    subject: bytes
    counted: str
    window: int
    """Where the window begins, in seconds since 1970."""


@dataclass(slots=True)
class Count:
    """How often, as far as this process knows."""

    shared: int = 0
    """As PostgreSQL said last, with what this process had told it."""
    pending: int = 0
    """What this process has not told yet."""


@dataclass
class Limiter:
    """The counts of one process. They may be lost; the shared ones are in PostgreSQL."""

    limits: Mapping[str, Limit]
    key: bytes
    counts: dict[Key, Count] = field(default_factory=dict)

    @classmethod
    def of(
        cls, settings: Settings, key: bytes, ceilings: Mapping[str, Limit] = MappingProxyType({})
    ) -> "Limiter":
        """The limits of these settings; the key hides whose addresses are counted.

        Args:
            settings: the numbers for whole kinds of operations.
            key: for the keyed hashes of addresses.
            ceilings: of single operations, by their names.
        """
        factor, minute = FACTORS[settings.environment], 60
        times = factor * settings.rate_operations_factor
        own = {name: Limit(one.count_max * times, one[1]) for name, one in ceilings.items()}
        return cls(
            {
                **own,
                Counted.READ: Limit(settings.rate_reads_max * factor, minute),
                Counted.WRITE: Limit(settings.rate_writes_max * factor, minute),
                Counted.HEAVY: Limit(settings.rate_heavy_max * factor, minute),
                Counted.ENTRY: Limit(settings.rate_entries_max * factor, minute),
                Counted.GUESS: Limit(settings.rate_guesses_max * factor, 15 * minute),
            },
            key,
        )

    def login(self, bank_id: UUID, login_id: UUID, counted: str, now: datetime) -> None:
        """Count a request of somebody signed in.

        Raises:
            TooManyRequests: when it is one too many.
        """
        self._count(bank_id, login_id.bytes, counted, now)

    def stranger(self, prefix: str, counted: str, now: datetime) -> None:
        """Count a request of somebody not signed in.

        Raises:
            TooManyRequests: when it is one too many.
        """
        if counted in self.limits:
            self._count(NO_BANK, self._hidden(prefix), counted, now)

    def guess(self, prefix: str, name: str, now: datetime) -> None:
        """Count a try to be let in under a name, from one prefix.

        Raises:
            TooManyRequests: when it is one too many.
        """
        subject = self._hidden(f"{prefix} {name.casefold().translate(_ALIKE)}")
        self._count(NO_BANK, subject, Counted.GUESS, now)

    def guess_own(self, bank_id: UUID, login_id: UUID, now: datetime) -> None:
        """Count a try of a secret of one's own login, from wherever.

        Raises:
            TooManyRequests: when it is one too many.
        """
        self._count(bank_id, login_id.bytes, Counted.GUESS, now)

    def _count(self, bank_id: UUID, subject: bytes, counted: str, now: datetime) -> None:
        limit = self.limits.get(counted)
        if limit is None:
            return  # an operation without a ceiling of its own
        seconds = int(now.timestamp())
        passed = seconds % limit.window_seconds
        if len(self.counts) >= COUNTS_MAX:
            self.counts.clear()
        key = Key(bank_id, subject, counted, seconds - passed)
        count = self.counts.get(key)
        if count is None:
            count = self.counts[key] = Count()
        count.pending += 1
        if count.shared + count.pending > limit.count_max:
            raise TooManyRequests(limit.window_seconds - passed)

    def _hidden(self, text: str) -> bytes:
        # What was sent may hold half a surrogate pair; judging it comes later.
        known = text.encode("utf-8", "surrogatepass")
        return hmac.digest(self.key, known, hashlib.sha256)[:SUBJECT_BYTES]

    def forget_before(self, now: datetime) -> None:
        """Forget the windows that are over and told."""
        longest = max(limit.window_seconds for limit in self.limits.values())
        over = [key for key in self.counts if key.window + longest <= now.timestamp()]
        for key in over:
            del self.counts[key]
