"""How the engine feels when the books have grown: post, statement, balance in the past."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.ledger import queries
from app.ledger.statements import queries as statements
from benchmarks.costs import read
from benchmarks.engine import SEED, Poster
from benchmarks.filling import History, fill
from benchmarks.measuring import Answer, Figures, Window, drive
from benchmarks.place import Place
from benchmarks.proving import findings
from benchmarks.town import Town

CLIENTS: Final = 4
PAGE: Final = 50
FIRST: Final = 10_000
STEP: Final = 10
WHOLE: Final = "whole"
"""A posting, its deed and what its accounts have grown by, indexes counted."""
_NOTHING: Final = text("SELECT 1")
Reads = Callable[[AsyncSession, random.Random], Awaitable[object]]


@dataclass(frozen=True)
class Level:
    """Books of one size, in a database of their own."""

    size: int
    database: str
    town: Town
    history: History
    disk: Figures
    """Bytes on disk for each posting of the history, by table."""

    @property
    def name(self) -> str:
        """The size, as figures are named."""
        return f"{self.size:.0e}".replace("e+0", "e")


def sizes(largest: int) -> list[int]:
    """From ten thousand on, each ten times the one before; below that, the largest and a tenth."""
    if largest <= FIRST:
        return [size for size in (largest // STEP, largest) if size > 0]
    found = [FIRST]
    while found[-1] * STEP <= largest:
        found.append(found[-1] * STEP)
    return found


async def build(place: Place, town: Town, template: str, size: int) -> Level:
    """Books of this size, with a history that proves."""
    database = f"bench_growth_{size}"
    await place.create(database, template)
    before = await _disk(place, database)
    history = await fill(place, database, town.bank_id, town.accounts, size, town.fund)
    after = await _disk(place, database)
    disk = {f"{name}_disk_bytes": (after[name] - before[name]) / size for name in after}
    disk[f"{WHOLE}_disk_bytes"] = sum(disk.values())
    return Level(size, database, town, history, disk)


async def measure(place: Place, level: Level, window: Window) -> dict[str, Figures]:
    """One round on one level: figures by operation; `nothing` is the yardstick of the reads."""
    ground = place.ground(level.database)
    poster = Poster(ground, level.town, is_hot=False)
    found = dict[str, Figures]()
    try:
        found["post.uniform"] = await _timed(place, level, window, poster.once)
        for name, ask in _reads(level).items():
            chance = random.Random(SEED)

            async def once(_: int, ask: Reads = ask, chance: random.Random = chance) -> Answer:
                async with ground.database.begin() as session:
                    await ask(session, chance)
                return Answer()

            found[name] = await _timed(place, level, window, once)
    finally:
        await ground.database.close()
    return found


def _reads(level: Level) -> dict[str, Reads]:
    bank_id, people, fund = level.town.bank_id, level.town.accounts, [level.town.fund]

    async def nothing(session: AsyncSession, _: random.Random) -> object:
        return await session.execute(_NOTHING)

    def statement(accounts: list[UUID]) -> Reads:
        return lambda session, chance: statements.list_statement(
            session, bank_id, chance.choice(accounts), before_seq=None, limit=PAGE
        )

    def balance_at(accounts: list[UUID]) -> Reads:
        return lambda session, chance: queries.get_balance_at(
            session, bank_id, chance.choice(accounts), level.history.somewhere(chance)
        )

    return {
        "nothing": nothing,
        "statement.uniform": statement(people),
        "statement.hot": statement(fund),
        "balance_at.uniform": balance_at(people),
        "balance_at.hot": balance_at(fund),
    }


async def prove(place: Place, level: Level) -> list[str]:
    """What the proof finds wrong in the grown books, after each round."""
    return await findings(place, level.database, level.town.bank_id)


async def _timed(
    place: Place, level: Level, window: Window, once: Callable[[int], Awaitable[Answer]]
) -> Figures:
    await read(place, level.database, checkpoint=True)
    return (await drive(CLIENTS, replace(window, seconds=window.seconds / 2), once)).figures()


async def _disk(place: Place, database: str) -> Figures:
    asked = "SELECT pg_total_relation_size($1::text::regclass)"
    tables = ("posting", "account", "deed")
    return {name: float(await place.value(asked, name, database=database)) for name in tables}
