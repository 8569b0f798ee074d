"""Measuring: a closed loop of clients, what they saw, and what the server spent on it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from benchmarks.place import Place

Figures = dict[str, float]
"""What was measured in one cell, by the name of the quantity, its unit in the name."""
QUIET_SECONDS: Final = 0.05
QUIET_TRIES_MAX: Final = 100


@dataclass(frozen=True)
class Window:
    """How long a cell runs before anything counts, and how long it counts."""

    warm: float
    seconds: float

    @property
    def whole(self) -> float:
        """All of it, in seconds."""
        return self.warm + self.seconds


@dataclass
class Tally:
    """What clients saw: seconds of each accepted answer within the window, and the rest."""

    took: list[float] = field(default_factory=list)
    refused: int = 0
    errors: int = 0
    seconds: float = 0.0
    accepted_in_all: int = 0
    """Before the window and after it, too: what the server's costs are divided by."""

    @classmethod
    def of(cls, parts: "Sequence[Tally]") -> "Tally":
        """What the clients of several processes saw, at the same time."""
        return cls(
            took=[took for part in parts for took in part.took],
            refused=sum(part.refused for part in parts),
            errors=sum(part.errors for part in parts),
            seconds=parts[0].seconds,
            accepted_in_all=sum(part.accepted_in_all for part in parts),
        )

    def figures(self) -> Figures:
        """Rates by second, latencies in milliseconds."""
        seconds = self.seconds or 1.0
        return {
            "accepted_per_second": len(self.took) / seconds,
            "refused_per_second": self.refused / seconds,
            "errors": float(self.errors),
            **latencies(self.took),
        }


def latencies(took: Iterable[float]) -> Figures:
    """The median, the 99th percentile and the worst, in milliseconds."""
    ordered = sorted(took) or [0.0]
    return {
        "p50_ms": percentile(ordered, 0.50) * 1e3,
        "p99_ms": percentile(ordered, 0.99) * 1e3,
        "max_ms": ordered[-1] * 1e3,
    }


def percentile(ordered: Sequence[float], share: float) -> float:
    """The nearest-rank percentile of sorted values."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Answer(NamedTuple):
    """What became of the postings, or reads, of one request."""

    accepted: int = 1
    refused: int = 0
    errors: int = 0


async def drive(clients: int, window: Window, once: Callable[[int], Awaitable[Answer]]) -> Tally:
    """Let each client ask again as soon as it has its answer; gives what they saw.

    Args:
        clients: how many ask at the same time.
        window: how long.
        once: one request of the client with this number.
    """
    tally = Tally(seconds=window.seconds)
    begins = time.perf_counter() + window.warm
    ends = begins + window.seconds

    async def client(number: int) -> None:
        while (asked := time.perf_counter()) < ends:
            answer = await once(number)
            answered = time.perf_counter()
            tally.accepted_in_all += answer.accepted
            tally.errors += answer.errors
            if begins <= answered <= ends:
                tally.took += [answered - asked] * answer.accepted
                tally.refused += answer.refused

    async with asyncio.TaskGroup() as group:
        for number in range(clients):
            group.create_task(client(number))
    return tally


async def deadlocks(place: Place, database: str) -> float:
    """How many deadlocks the database has seen; asked when its clients have left."""
    busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1"
    for _ in range(QUIET_TRIES_MAX):
        if not await place.value(busy, database):
            break
        await asyncio.sleep(QUIET_SECONDS)  # a backend tells its numbers when it ends
    asked = "SELECT deadlocks FROM pg_stat_database WHERE datname = $1"
    return float(await place.value(asked, database) or 0)
