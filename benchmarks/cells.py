"""All cells of the ledger's benchmark, in groups that are measured side by side."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from benchmarks import engine, growth, spreading, yardsticks
from benchmarks.asks import PLANS, Means, tokens
from benchmarks.filling import History, fill
from benchmarks.measuring import Figures, Window, deadlocks
from benchmarks.place import Place
from benchmarks.proving import findings
from benchmarks.results import Results
from benchmarks.serving import Server, measure, serving
from benchmarks.town import Delivered, Town, deliver, found

TOWN: Final = "bench_town"
TOWN_DELIVERED: Final = "bench_town_delivered"
SERVED: Final = "bench_served"
POSTINGS_EACH: Final = 20
"""History of each member who asks over HTTP: a first page of the statement is full."""
CONFIRMATIONS_PER_SECOND_MAX: Final = 1_500
WRITES: Final = ("noop", "donation.hot", "confirmation.uniform")
READS: Final = ("replay", "statement", "balance", "balance_at")
Cell = Callable[[], Awaitable[None]]
Some = TypeVar("Some")


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    members: int
    signed_in: int
    clients: tuple[int, ...]
    workers: tuple[int, ...]
    rounds: int
    window: Window
    growth: tuple[int, ...]

    @property
    def confirmations(self) -> int:
        """Delivered exchanges that one cell may need."""
        return int(CONFIRMATIONS_PER_SECOND_MAX * self.window.whole)


@dataclass(frozen=True)
class Bench:
    """Everything that cells work with."""

    place: Place
    size: Size
    results: Results
    town: Town
    history: History
    delivered: Sequence[Delivered]
    yardsticks: list[str]
    levels: list[growth.Level]

    def means(self, clients: int, number: int) -> Means:
        """What the plans of one number of clients are made of; each has exchanges of its own."""
        signed_in = self.town.people[: self.size.signed_in]
        ground = self.place.ground(TOWN)
        each = self.size.confirmations
        return Means(
            tokens=tokens(ground, self.town, signed_in),
            delivered=self.delivered[number * each : (number + 1) * each],
            receivers={one.session_id: place for place, one in enumerate(signed_in)},
            history=self.history,
            clients=clients,
            window=self.size.window,
        )


async def build(place: Place, size: Size, results: Results, peer: list[Path]) -> Bench:
    """Make the templates that every cell begins from."""
    await place.create_migrated(TOWN)
    ground = place.ground(TOWN)
    town = await found(ground, size.members, size.signed_in)
    signed_in = town.accounts[: size.signed_in]
    await ground.database.close()
    count = POSTINGS_EACH * size.signed_in
    history = await fill(place, TOWN, town.bank_id, signed_in, count, town.fund)
    await place.create(TOWN_DELIVERED, TOWN)
    ground = place.ground(TOWN_DELIVERED)
    needed = size.confirmations * len(size.clients)
    delivered = await deliver(ground, town, size.signed_in, needed)
    await ground.database.close()
    await place.tidy(TOWN_DELIVERED)
    for name in (TOWN, TOWN_DELIVERED):
        results.proved(name, await findings(place, name, town.bank_id))
    names = await yardsticks.build(place, size.members, peer)
    levels = [await growth.build(place, town, TOWN, level) for level in size.growth]
    return Bench(place, size, results, town, history, delivered, names, levels)


def rotated(everything: Sequence[Some], number: int) -> Iterator[Some]:
    """All of them, beginning with another one each round."""
    begin = number % max(1, len(everything))
    yield from (*everything[begin:], *everything[:begin])


def groups(bench: Bench, number: int) -> list[list[Cell]]:
    """The cells of one round; those of a group stand side by side in time."""
    made = [
        _Postings(bench, contention, clients).cells()
        for contention in ("uniform", "hot")
        for clients in bench.size.clients
    ]
    made += [[partial(_served, bench, workers, number)] for workers in bench.size.workers]
    made.append([partial(_grown, bench, level) for level in bench.levels])
    return made


@dataclass(frozen=True)
class _Postings:
    """The same movement by each yardstick and by the engine, in each way."""

    bench: Bench
    contention: str
    clients: int

    @property
    def where(self) -> str:
        """How the names of the cells end."""
        return f"{self.contention}.c{self.clients}"

    @property
    def asked(self) -> dict[str, Any]:
        """What all are asked."""
        return {
            "is_hot": self.contention == "hot",
            "clients": self.clients,
            "window": self.bench.size.window,
        }

    def cells(self) -> list[Cell]:
        """Each once."""
        several = [one for one in self.bench.size.workers if 1 < one <= self.clients]
        return [
            *(partial(self._by_sql, name) for name in self.bench.yardsticks),
            *(partial(self._by_engine, way) for way in engine.Way),
            *(partial(self._by_engines, processes) for processes in several),
        ]

    async def _by_sql(self, name: str) -> None:
        place, members = self.bench.place, self.bench.size.members
        figures = await yardsticks.measure(place, name, members, **self.asked)
        against = () if name == "raw" else (f"raw.{self.where}",)
        self.bench.results.add(f"{name}.{self.where}", figures, against)

    async def _by_engine(self, way: engine.Way) -> None:
        place, town = self.bench.place, self.bench.town
        figures, wrong = await engine.measure(place, town, TOWN, way=way, **self.asked)
        chained = (self._queued,) if way is engine.Way.UNCHAINED else ()
        self._add(f"engine.{way}.{self.where}", figures, wrong, chained)

    async def _by_engines(self, processes: int) -> None:
        place, town = self.bench.place, self.bench.town
        figures, wrong = await spreading.measure(
            place, town, TOWN, processes=processes, **self.asked
        )
        self._add(f"engine.spread.w{processes}.{self.where}", figures, wrong, (self._queued,))

    @property
    def _queued(self) -> str:
        return f"engine.{engine.Way.QUEUED}.{self.where}"

    def _add(self, cell: str, figures: Figures, wrong: list[str], beside: tuple[str, ...]) -> None:
        self.bench.results.add(cell, figures, (*beside, *_sql_cells(self.bench, self.where)))
        self.bench.results.proved(cell, wrong)


async def _served(bench: Bench, workers: int, number: int) -> None:
    """All requests over HTTP on one number of workers, in one fresh copy of the town."""
    await bench.place.create(SERVED, TOWN_DELIVERED)
    with serving(bench.place, SERVED, workers) as server:
        for place, clients in enumerate(bench.size.clients):
            means = bench.means(clients, place)
            reads = READS if clients == max(bench.size.clients) else ()
            for name in rotated((*WRITES, *reads), number):
                await _request(bench, server, name, f"w{workers}.c{clients}", means)
    seen = await deadlocks(bench.place, SERVED)
    bench.results.add(f"http.w{workers}", {"deadlocks": seen})
    await bench.place.drop(SERVED)


async def _request(bench: Bench, server: Server, name: str, where: str, means: Means) -> None:
    cell = f"http.{name}.{where}"
    figures = await measure(server, PLANS[name](means))
    inside = {"donation.hot": "hot", "confirmation.uniform": "uniform"}.get(name)
    against = _sql_cells(bench, f"{inside}.c{means.clients}") if inside else ()
    noop = () if name == "noop" else (f"http.noop.{where}",)
    bench.results.add(cell, figures, (*noop, *against))
    bench.results.proved(cell, await findings(bench.place, SERVED, bench.town.bank_id))


async def _grown(bench: Bench, level: growth.Level) -> None:
    window = replace(bench.size.window, warm=bench.size.window.warm / 2)
    first = f"growth.{bench.levels[0].name}"
    for name, figures in (await growth.measure(bench.place, level, window)).items():
        nothing = () if name == "nothing" else (f"growth.{level.name}.nothing",)
        against = () if level is bench.levels[0] else (f"{first}.{name}",)
        bench.results.add(f"growth.{level.name}.{name}", figures, (*against, *nothing))
    seen = await deadlocks(bench.place, level.database)
    bench.results.add(f"growth.{level.name}", {"deadlocks": seen})
    bench.results.proved(f"growth.{level.name}", await growth.prove(bench.place, level))


def _sql_cells(bench: Bench, where: str) -> tuple[str, ...]:
    return tuple(f"{name}.{where}" for name in bench.yardsticks)
