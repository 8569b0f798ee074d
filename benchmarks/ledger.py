"""The ledger's benchmark: `python -m benchmarks.ledger --help`. See docs/benchmarks.md."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import uvloop
from rich.console import Console

from app.kit.stopping import leave_on_signals
from benchmarks import growth
from benchmarks.cells import TOWN, TOWN_DELIVERED, Bench, Size, build, groups, rotated
from benchmarks.gates import Gate, gates
from benchmarks.measuring import Window
from benchmarks.place import Place, place
from benchmarks.results import Results
from benchmarks.showing import show
from benchmarks.weighing import count_statements, weigh_chain, weigh_log

PEER_NEEDS: Final = "vendor/*/uuid-to-ulid.sql"
"""pgledger loads this file of its own repository first."""
_QUICK: Final = Size(
    members=200,
    signed_in=50,
    clients=(64,),
    workers=(2,),
    rounds=1,
    window=Window(0.3, 0.7),
    growth=(500, 5_000),
)
_WEIGHED: Final = 1_000
_screen: Final = Console(stderr=True)


def main() -> None:
    """Measure, print, and leave with 1 when the books did not prove."""
    asked = _parser().parse_args()
    leave_on_signals()
    size = _size(asked)
    with place() as here, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found, aims = runner.run(_measure(here, size, _peer_files(asked.pgledger)))
    show(found, aims)
    if asked.json is not None:
        said = found.as_json() | {"gates": [aim.as_json() for aim in aims]}
        asked.json.write_text(json.dumps(said, indent=1) + "\n")
    sys.exit(1 if found.findings else 0)


async def _measure(here: Place, size: Size, peer: list[Path]) -> tuple[Results, list[Gate]]:
    results = Results({**await here.describe(), **_about(size, peer)})
    _tell("making the town")
    bench = await build(here, size, results, peer)
    await _weigh(bench)
    for number in range(size.rounds):
        _tell(f"round {number + 1} of {size.rounds}")
        for group in rotated(groups(bench, number), number):
            for cell in rotated(group, number):
                await cell()
    names = [level.name for level in bench.levels]
    return results, gates(results, max(size.clients), max(size.workers), names)


async def _weigh(bench: Bench) -> None:
    """What needs no rounds: it is the same each time."""
    bench.results.add("raw", {"round_trips": 1.0})
    raw = f"raw.uniform.c{max(bench.size.clients)}"
    weighed = await weigh_log(bench.place, bench.town, TOWN, _WEIGHED)
    for name, figure in weighed.items():
        cell = f"engine.log.{name.removesuffix('_wal_bytes')}"
        bench.results.add(cell, {"wal_record_bytes": figure}, (raw,))
    for level in bench.levels:
        for name, figure in level.disk.items():
            cell = f"growth.{level.name}.{name.removesuffix('_disk_bytes')}"
            bench.results.add(cell, {"disk_bytes": figure}, (raw,))
    chain = weigh_chain(bench.town)
    bench.results.add(
        "engine.chain",
        {"python_cpu_us": chain["cpu_us"]},
        (f"engine.queued.hot.c{max(bench.size.clients)}",),
    )
    means = bench.means(clients=1, number=0)
    for name, figures in (await count_statements(bench.place, TOWN_DELIVERED, means)).items():
        bench.results.add(f"http.{name}", figures, ("raw",))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.ledger",
        description="Measure the books against yardsticks of the same run.",
        epilog="exit code 1: the books did not prove after a cell, so the run is void",
    )
    parser.add_argument("--quick", action="store_true", help="a small run of at most a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure by name")
    parser.add_argument(
        "--pgledger", type=Path, metavar="FILE", help="pgledger.sql of a checkout of pgledger"
    )
    parser.add_argument(
        "--growth",
        type=float,
        metavar="N",
        help="grow the books to N postings (1e6; 1e7 takes an hour; 0: do not)",
    )
    parser.add_argument("--clients", type=_numbers, help="how many ask at once (1,16,64)")
    parser.add_argument("--workers", type=_numbers, help="server processes (1,2)")
    parser.add_argument("--rounds", type=int, help="rounds, each in another order (3)")
    parser.add_argument("--seconds", type=float, help="seconds that count in each cell (5)")
    return parser


def _size(asked: argparse.Namespace) -> Size:
    base = _QUICK if asked.quick else _full()
    named: dict[str, Any] = {
        "clients": asked.clients,
        "workers": asked.workers,
        "rounds": asked.rounds,
        "window": asked.seconds and Window(base.window.warm, asked.seconds),
        "growth": None if asked.growth is None else tuple(growth.sizes(int(asked.growth))),
    }
    given = {name: value for name, value in named.items() if value is not None}
    return Size(**vars(base) | given)


def _full() -> Size:
    return Size(
        members=5_000,
        signed_in=250,
        clients=(1, 16, 64),
        workers=(1, 2),
        rounds=3,
        window=Window(1.0, 5.0),
        growth=tuple(growth.sizes(1_000_000)),
    )


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def _peer_files(path: Path | None) -> list[Path]:
    return [*sorted(path.parent.glob(PEER_NEEDS)), path] if path is not None else []


def _about(size: Size, peer: Sequence[Path]) -> dict[str, Any]:
    return {
        "members": size.members,
        "signed_in": size.signed_in,
        "rounds": size.rounds,
        "seconds_each": size.window.seconds,
        "warm_up_seconds_each": size.window.warm,
        "pgledger": "measured" if peer else "not given",
    }


def _tell(text: str) -> None:
    _screen.print(f"[dim]{text}[/dim]")


if __name__ == "__main__":
    main()
