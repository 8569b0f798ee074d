"""Twin worlds: built and asked alike, but for one fact; nobody may be able to tell them apart.

Chance and time are given by labels, so whatever is made under the same label is the same in both:
ids, nonces, cursors and moments are compared as they are, nothing is masked.
"""

import os
import random
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import event

from app.kit import ids
from app.kit.lane import Lanes
from app.kit.settings import Settings
from app.main import create_app
from tests.asking import Asked, every_operation
from tests.conftest import FakeClock
from tests.databases import Cluster
from tests.doings import disputed
from tests.stage import STATE_FOR, Undone
from tests.town import JSON, Person, Town

BEGINS: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ASKED_AT: Final = BEGINS + timedelta(minutes=5)
"""Before the access tokens of the beginning end."""
URANDOM: Final = os.urandom
SHOWN: Final = 100
"""How much of an answer is shown on each side of where it begins to differ."""
OF_THE_PROCESS: Final = frozenset({"/metrics"})
"""Numbers and times of the whole process, in which both worlds are; for the operator."""
Line = tuple[str, int, tuple[tuple[str, str], ...], bytes]
"""What was asked, and the whole answer: status, headers, body."""


@dataclass
class Fate:
    """Chance and time, begun anew under each label."""

    clock: FakeClock
    chance: random.Random = field(default_factory=lambda: random.Random("fate"))
    labels: int = 0

    def under(self, label: str, at: datetime | None = None) -> None:
        """From now on everything happens as it always does under this label."""
        self.labels += 1
        self.chance = random.Random(label)
        self.clock.moment = at or BEGINS + timedelta(milliseconds=self.labels)

    def id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def bytes(self, count: int) -> bytes:
        """For the program alone: SQLAlchemy names things by chance too, once for all worlds."""
        asking = str(sys._getframe(1).f_globals["__name__"])
        return self.chance.randbytes(count) if asking.startswith("app.") else URANDOM(count)


@contextmanager
def fated(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fate]:
    """Make all ids, nonces and moments depend on the label alone."""
    fate = Fate(FakeClock())
    with monkeypatch.context() as patch:
        patch.setattr(ids, "uuid", SimpleNamespace(uuid4=fate.id))
        patch.setattr(os, "urandom", fate.bytes)
        yield fate


@dataclass
class World:
    """A town in which X has something in progress with Vid, who looks, and nothing with Tuj."""

    town: Town
    fate: Fate
    people: dict[str, Person]
    of_x: dict[str, str] = field(default_factory=dict)
    """Ids by the names of the contract: what is X's."""

    async def settle(self) -> None:
        """What X and Vid have with each other, and what X has posted."""
        x, vid = self.people["x"], self.people["vid"]
        for state in ("proposed", "accepted", "delivered", "settled"):
            self.fate.under(f"x {state}")
            self.of_x[state] = (await getattr(self.town, state)(x, vid))["id"]
        self.fate.under("x more")
        exchange = await self.town.settled(x, vid, 20)
        self.of_x |= {
            "dispute_id": (await disputed(vid, exchange))["id"],
            "listing_id": (await self.town.listing(x))["id"],
            "member_id": str(x.member_id),
        }

    async def ask_everything(self, callers: tuple[str, ...], of_x: JSON) -> list[Line]:
        """Every operation by each caller, about what is X's and about nothing; all taken back."""
        with undone(self.town), heard(self.town) as statements:
            return [
                line
                for asked in every_operation(self.town.app.openapi())
                if asked.path not in OF_THE_PROCESS
                for kind in ("x", "nothing")
                for caller in callers
                async for line in self._ask(asked, kind, caller, of_x, statements)
            ]

    async def _ask(
        self, asked: Asked, kind: str, caller: str, of_x: JSON, statements: list[str]
    ) -> AsyncIterator[Line]:
        label = f"{asked} about {kind} by {caller}"
        self.fate.under(label, ASKED_AT)
        nothing = str(self.fate.id())
        state = STATE_FOR.get(asked.told["operationId"], "proposed")
        known = {**of_x, "exchange_id": of_x[state]} if kind == "x" else {}
        person = self.people.get(caller)
        ask = person.ask if person else self.town.client.request
        statements.clear()

        def pick(name: str) -> str:
            return str(known.get(name, nothing))

        whole = {"json": asked.body(pick), "headers": asked.headers()}
        answer = await ask(asked.method, asked.address(pick), **whole)
        headers = tuple(sorted(answer.headers.items()))
        yield label, answer.status_code, headers, answer.content
        yield f"SQL of {label}", len(statements), (), "\n".join(statements).encode()


@contextmanager
def undone(town: Town) -> Iterator[None]:
    """Every request finds the world as it was built."""
    ground, settings = town.ground, town.ground.settings
    assert settings.database_url is not None
    database = Undone(settings.database_url.get_secret_value(), pool_max=4, wait_seconds_max=5.0)
    town.app.state.ground = replace(ground, database=database)
    town.app.state.lanes = Lanes()  # those of the beginning remember the other database
    yield


@contextmanager
def heard(town: Town) -> Iterator[list[str]]:
    """The statements of this world, as they are issued."""
    statements: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    engine = town.ground.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", hear)
    yield statements
    event.remove(engine, "before_cursor_execute", hear)


Fact = Callable[[World], Awaitable[None]]


@dataclass
class Worlds:
    """Makes worlds, each in a database and with a keystore of its own."""

    cluster: Cluster
    template: str
    settings: Settings
    folder: Path
    monkeypatch: pytest.MonkeyPatch

    @asynccontextmanager
    async def one(self, fact: Fact, *, x_exists: bool = True) -> AsyncIterator[World]:
        """A world in which this fact is so."""
        name = f"twin_{uuid4().hex}"
        await self.cluster.copy(self.template, name)
        with fated(self.monkeypatch) as fate:
            app = create_app(self._settings(name), fate.clock)
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://t.test") as client:
                fate.under("town")
                town = await Town.founded(app, client)
                world = await self._peopled(World(town, fate, {}), x_exists=x_exists)
                fate.under("fact")
                await fact(world)
                first = town.ground.database
                yield world
                await town.ground.database.close()
                await first.close()
        await self.cluster.drop(name)

    async def _peopled(self, world: World, *, x_exists: bool) -> World:
        for name in ("vid", "tuj", "applicant", "x"):
            world.fate.under(name)
            if name == "x" and not x_exists:
                continue  # the time of joining passes all the same
            join = world.town.applicant if name == "applicant" else world.town.member
            more = {} if name == "applicant" else {"minutes": 600}
            world.people[name] = await join(name, email=f"{name}@example.org", **more)
        for name in ("vid", "tuj"):
            world.fate.under(f"{name} posts")
            await world.town.listing(world.people[name], "request")
        if x_exists:
            await world.settle()
        return world

    def _settings(self, database: str) -> Settings:
        urls = self.cluster.urls(database)
        changed = {
            "database_url": SecretStr(urls.application),
            "owner_database_url": SecretStr(urls.owner),
            "keystore_folder": self.folder / database,
        }
        return self.settings.model_copy(update=changed)


def differences(one: list[Line], other: list[Line]) -> list[str]:
    """What somebody could tell the two worlds apart by, where it begins."""
    assert [line[0] for line in one] == [line[0] for line in other]
    pairs = zip(one, other, strict=True)
    return [f"{first[0]}: {_where(first, second)}" for first, second in pairs if first != second]


def _where(first: Line, second: Line) -> str:
    here, there = (f"{line[1]} {line[2]} {line[3].decode()}" for line in (first, second))
    pairs = zip_longest(here, there)
    begins = max(0, next(at for at, (a, b) in enumerate(pairs) if a != b) - SHOWN)
    return f"{here[begins : begins + 2 * SHOWN]!r} or {there[begins : begins + 2 * SHOWN]!r}"
