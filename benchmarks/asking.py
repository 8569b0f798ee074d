"""What it costs to know who is asking: `python -m benchmarks.asking --help`."""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
import uvloop
from rich.console import Console
from rich.table import Table
from sqlalchemy import event

from app.kit.stopping import leave_on_signals
from benchmarks.asked import PATH, application
from benchmarks.asks import tokens
from benchmarks.cells import rotated
from benchmarks.load import Plan
from benchmarks.measuring import Window
from benchmarks.place import Place, place
from benchmarks.results import Results
from benchmarks.serving import ASKED, measure, serving
from benchmarks.town import found

TOWN: Final = "bench_asking"
WAYS: Final = ("public", "signed-in", "member")
COUNTED: Final = 50
"""Requests of each way whose statements and rows are counted."""
_COLUMNS: Final = {
    "accepted_per_second": "requests/s",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "python_cpu_us": "Python µs",
    "postgres_cpu_us": "PostgreSQL µs",
    "statements": "statements",
    "rows": "rows by index",
    "scans": "tables scanned",
}
_ROWS: Final = """
    SELECT sum(idx_tup_fetch)::float AS rows, sum(seq_scan)::float AS scans
    FROM pg_stat_user_tables WHERE relname IN ('session', 'login', 'member')
"""


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    members: int
    signed_in: int
    clients: tuple[int, ...]
    rounds: int
    window: Window


_QUICK: Final = Size(2_000, 50, (16,), 1, Window(1.0, 2.0))
_FULL: Final = Size(5_000, 250, (1, 16, 64), 5, Window(1.0, 5.0))


class Counted(NamedTuple):
    """What one request did, beside its read of the bank."""

    statements: float
    rows: float
    scans: float


def main() -> None:
    """Measure, print, and write the figures if a file is named."""
    asked = _parser().parse_args()
    leave_on_signals()
    size = _QUICK if asked.quick else _FULL
    with place() as here, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        results = runner.run(_measure(here, size))
    _show(results, size)
    if asked.json is not None:
        asked.json.write_text(json.dumps(results.as_json(), indent=1) + "\n")


async def _measure(here: Place, size: Size) -> Results:
    results = Results({**await here.describe(), "members": size.members, "rounds": size.rounds})
    await here.create_migrated(TOWN)
    ground = here.ground(TOWN)
    town = await found(ground, size.members, size.signed_in)
    signed = tokens(ground, town, town.people[: size.signed_in])
    await ground.database.close()
    await here.tidy(TOWN)
    for way in WAYS:
        counted = await _count(here, way, signed[0])
        results.add(f"{way}.counted", counted._asdict(), ("public.counted",))
    with serving(here, TOWN, 1, ASKED) as server:
        await measure(server, _plan("public", signed, max(size.clients), size.window))  # warm up
        for number in range(size.rounds):
            for clients in size.clients:
                for way in rotated(WAYS, number):
                    plan = _plan(way, signed, clients, size.window)
                    figures = await measure(server, plan)
                    results.add(f"{way}.c{clients}", figures, (f"public.c{clients}",))
    return results


def _plan(way: str, signed: Sequence[str], clients: int, window: Window) -> Plan:
    """The same question by everybody in turn."""
    first = f"GET {PATH}/{way} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    heads = [f"{first}Authorization: Bearer {token}\r\n" for token in signed]
    asks = [(first, "")] if way == "public" else [(head, "") for head in heads]
    return Plan(0, clients, window.warm, window.seconds, asks, repeats=True, key=None)


async def _count(here: Place, way: str, token: str) -> Counted:
    """Statements of one request, and rows of who is asking that they read by an index."""
    before = await _read_rows(here)
    async with _asker(here, token) as (client, statements):
        for _ in range(COUNTED):
            response = await client.get(f"{PATH}/{way}")
            assert response.is_success, response.text
    after = await _read_rows(here)
    rows, scans = ((there - here) / COUNTED for here, there in zip(before, after, strict=True))
    return Counted(len(statements) / COUNTED, rows, scans)


@asynccontextmanager
async def _asker(here: Place, token: str) -> AsyncIterator[tuple[httpx.AsyncClient, list[str]]]:
    """A client of the program in this process, and what it says to the database."""
    app = application(here.ground(TOWN).settings)
    statements = list[str]()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(app.state.ground.database.engine.sync_engine, "before_cursor_execute", note)
    headers = {"Authorization": f"Bearer {token}"}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://bench", headers=headers
    ) as client:
        yield client, statements
    await app.state.ground.database.close()


async def _read_rows(here: Place) -> tuple[float, float]:
    """Rows read by index, and scans, since the server began; a connection tells when it ends."""
    (row,) = await here.rows(_ROWS, database=TOWN)
    return float(row["rows"] or 0), float(row["scans"] or 0)


def _show(results: Results, size: Size) -> None:
    console = Console(width=160, highlight=False)
    for name, value in results.about.items():
        console.print(f"{name}: {value}")
    table = Table("who may read", "clients", title="One trivial read", title_justify="left")
    for header in _COLUMNS.values():
        table.add_column(header, justify="right")
    for clients in size.clients:
        for way in WAYS:
            cells = (f"{way}.c{clients}", f"{way}.counted")
            table.add_row(way, str(clients), *(_figure(results, cells, one) for one in _COLUMNS))
    console.print(table, "[dim]median over the rounds, and how many times the public read's[/dim]")


def _figure(results: Results, cells: tuple[str, ...], quantity: str) -> str:
    for cell in cells:
        median = results.median(cell, quantity)
        if median is not None:
            nearest = results.nearest(cell, quantity)
            told = f"{median:,.2f}" if median < 100 else f"{median:,.0f}"
            return f"{told} [cyan]{nearest[1]:.2f}x[/cyan]" if nearest else told
    return ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.asking",
        description="Measure the same read for anybody, for who is signed in, and for members.",
    )
    parser.add_argument("--quick", action="store_true", help="a rough look: some seconds")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure by name")
    return parser


if __name__ == "__main__":
    main()
