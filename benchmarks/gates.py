"""The aims of this project for its books, held against what was measured; they fail no run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from benchmarks.results import Results


@dataclass(frozen=True)
class Gate:
    """One aim."""

    name: str
    value: float | None
    """None when a part of it was not measured."""
    bound: float
    at_least: bool

    @property
    def holds(self) -> bool | None:
        """Whether it was reached."""
        if self.value is None:
            return None
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def as_json(self) -> dict[str, Any]:
        """The gate and how it stands."""
        return vars(self) | {"holds": self.holds}


class _Rate(NamedTuple):
    """How many times as fast one cell must be as another; `{c}` clients, `{w}` processes."""

    name: str
    cell: str
    yardstick: str
    at_least: float


_RATES: Final = (
    _Rate(
        "engine, a transaction each, uniform / pgledger",
        "engine.alone.uniform.c{c}",
        "pgledger.uniform.c{c}",
        2,
    ),
    _Rate(
        "engine, a transaction each, hot / pgledger",
        "engine.alone.hot.c{c}",
        "pgledger.hot.c{c}",
        2,
    ),
    _Rate(
        "engine, queued, uniform / pgledger",
        "engine.queued.uniform.c{c}",
        "pgledger.uniform.c{c}",
        2,
    ),
    _Rate("engine, queued, hot / pgledger", "engine.queued.hot.c{c}", "pgledger.hot.c{c}", 2),
    *(
        _Rate(
            f"engine, queued in every process that serves, {contention} / pgledger",
            f"engine.spread.w{{w}}.{contention}.c{{c}}",
            f"pgledger.{contention}.c{{c}}",
            2,
        )
        for contention in ("uniform", "hot")
    ),
    _Rate(
        "engine hot, queued / a transaction each",
        "engine.queued.hot.c{c}",
        "engine.alone.hot.c{c}",
        5,
    ),
    _Rate("HTTP donations / pgledger hot", "http.donation.hot.w{w}.c{c}", "pgledger.hot.c{c}", 3),
    _Rate(
        "HTTP confirmations / pgledger uniform",
        "http.confirmation.uniform.w{w}.c{c}",
        "pgledger.uniform.c{c}",
        0.8,
    ),
    _Rate(
        "HTTP confirmations / pgledger uniform, the aim beyond",
        "http.confirmation.uniform.w{w}.c{c}",
        "pgledger.uniform.c{c}",
        1.5,
    ),
    *(
        _Rate(
            f"engine {contention}, queued, with the chain / without",
            f"engine.queued.{contention}.c{{c}}",
            f"engine.unchained.{contention}.c{{c}}",
            0.95,
        )
        for contention in ("uniform", "hot")
    ),
)
_P99_MS_MAX: Final = 20
_LOG_BYTES_MAX: Final = 1_200
_DISK_BYTES_MAX: Final = 400
_GROWTH_MAX: Final = 1.5
_GROWING: Final = ("post.uniform", "statement.uniform", "statement.hot")


def gates(found: Results, clients: int, workers: int, levels: Sequence[str]) -> list[Gate]:
    """Every aim, at the largest number of clients and of processes that was measured."""
    size = {"c": clients, "w": workers}
    rates = [
        Gate(name, _ratio(found, cell.format(**size), other.format(**size)), bound, at_least=True)
        for name, cell, other, bound in _RATES
    ]
    queued = f"engine.queued.hot.c{clients}"
    log = found.median("engine.log.core", "wal_record_bytes")
    return [
        *rates,
        _at_most("engine hot, queued, p99 ms", found.median(queued, "p99_ms"), _P99_MS_MAX),
        _at_most("core log records, bytes a posting", log, _LOG_BYTES_MAX),
        *_grown(found, levels),
        _at_most("deadlocks in all cells", _deadlocks(found), 0),
    ]


def _at_most(name: str, value: float | None, bound: float) -> Gate:
    return Gate(name, value, bound, at_least=False)


def _ratio(found: Results, cell: str, yardstick: str) -> float | None:
    return found.ratio(cell, "accepted_per_second", yardstick)


def _grown(found: Results, levels: Sequence[str]) -> list[Gate]:
    if not levels:
        return []
    first, last = levels[0], levels[-1]
    disk = found.median(f"growth.{last}.posting", "disk_bytes")
    return [
        _at_most("posting with its indexes on disk, bytes", disk, _DISK_BYTES_MAX),
        *(
            _at_most(
                f"p99 of {name}, {last} / {first} postings",
                found.ratio(f"growth.{last}.{name}", "p99_ms", f"growth.{first}.{name}"),
                _GROWTH_MAX,
            )
            for name in _GROWING
        ),
    ]


def _deadlocks(found: Results) -> float:
    return max((max(cell.get("deadlocks", [0.0])) for cell in found.cells.values()), default=0.0)
