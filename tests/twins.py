"""Twin worlds: built and asked alike, but for one fact; nobody may be able to tell them apart.

Chance and time are given by labels, so whatever is made under the same label is the same in both:
ids, nonces, cursors and moments are compared as they are, nothing is masked.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import event

from app.kit.lane import Lanes
from app.kit.settings import Settings
from app.main import create_app
from tests.asking import Asked, every_operation
from tests.databases import Cluster
from tests.doings import disputed
from tests.fate import Fate, fated
from tests.stage import STATE_FOR, Undone
from tests.town import JSON, Person, Town, good
from tests.workers import do_all

ASKED_AFTER: Final = timedelta(minutes=5)
"""Before the access tokens of the beginning end, and while the proof of who one is holds."""
LABELS_OF_WORK: Final = 1_000
SHOWN: Final = 100
"""How much of an answer is shown on each side of where it begins to differ."""
OF_THE_PROCESS: Final = frozenset({"/metrics"})
"""Numbers and times of the whole process, in which both worlds are; for the operator."""
Line = tuple[str, int, tuple[tuple[str, str], ...], bytes]
"""What was asked, and the whole answer: status, headers, body."""


@dataclass
class World:
    """A town in which X has something in progress with Vid, who looks, and nothing with Tuj."""

    town: Town
    fate: Fate
    people: dict[str, Person]
    emails: Mapping[str, str]
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
        dispute = await disputed(vid, exchange)
        for person in (x, vid):
            good(await person.post(f"/v1/disputes/{dispute['id']}/statements", {"text": "So."}))
        self.of_x |= {
            "dispute_id": dispute["id"],
            "listing_id": (listing := await self.town.listing(x))["id"],
            "subject_id": listing["id"],
            "member_id": str(x.member_id),
        }

    async def does(
        self, name: str, method: str, path: str, body: object = None, *, word: str = ""
    ) -> list[Line]:
        """One request by this person, which stays done; the word tells twice the same apart."""
        label = " ".join(filter(None, (f"{name}: {method} {path}", word)))
        self.fate.under(label)
        with heard(self.town) as statements:
            answer = await self.people[name].ask(method, path, json=body)
        return lines_of(label, answer, statements)

    async def signs_in(self, *names: str) -> None:
        """These people sign in again, as after some time."""
        for name in names:
            self.fate.under(f"{name} signs in")
            self.people[name] = await self.town.signed_in(self.people[name].email)

    async def works(self) -> None:
        """The worker does every job that waits, due or not, and what follows; then it sweeps."""
        begun = self.fate.labels
        await do_all(self.town, self.fate.under)
        self.fate.labels = begun + LABELS_OF_WORK  # however much there was to do

    async def ask_everything(
        self, callers: tuple[str, ...], of_x: JSON, *, only_reads: bool = False
    ) -> list[Line]:
        """Every operation by each caller, about what is X's and about nothing; all taken back."""
        async with undone(self.town) as statements:
            return [
                line
                for asked in every_operation(self.town.app.openapi())
                if asked.path not in OF_THE_PROCESS
                if asked.method == "GET" or not only_reads
                for kind in ("x", "nothing")
                for caller in callers
                async for line in self._ask(asked, kind, caller, of_x, statements)
            ]

    async def _ask(
        self, asked: Asked, kind: str, caller: str, of_x: JSON, statements: list[str]
    ) -> AsyncIterator[Line]:
        label = f"{asked} about {kind} by {caller}"
        self.fate.under(label, self.fate.begins + ASKED_AFTER)
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
        for line in lines_of(label, answer, statements):
            yield line


def lines_of(label: str, answer: httpx.Response, statements: Sequence[str]) -> list[Line]:
    """The whole answer, and the statements behind it."""
    headers = tuple(sorted(answer.headers.items()))
    return [
        (label, answer.status_code, headers, answer.content),
        (f"SQL of {label}", len(statements), (), "\n".join(statements).encode()),
    ]


@asynccontextmanager
async def undone(town: Town) -> AsyncIterator[list[str]]:
    """Every request finds the world as it was built; its statements are heard."""
    ground, settings = town.ground, town.ground.settings
    assert settings.database_url is not None
    database = Undone(settings.database_url.get_secret_value(), pool_max=4, wait_seconds_max=5.0)
    town.app.state.ground = replace(ground, database=database)
    town.app.state.lanes = Lanes()  # those of the beginning remember the other database
    with heard(town) as statements:
        yield statements
    town.app.state.ground, town.app.state.lanes = ground, Lanes()
    await database.close()


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


async def nothing(_: World) -> None:
    """No fact."""


@dataclass
class Worlds:
    """Makes worlds, each in a database and with a keystore of its own."""

    cluster: Cluster
    template: str
    settings: Settings
    folder: Path
    monkeypatch: pytest.MonkeyPatch

    @asynccontextmanager
    async def one(
        self, fact: Fact, *, x_exists: bool = True, emails: Mapping[str, str] | None = None
    ) -> AsyncIterator[World]:
        """A world in which this fact is so, and people may have these addresses."""
        name = f"twin_{uuid4().hex}"
        await self.cluster.copy(self.template, name)
        with fated(self.monkeypatch) as fate:
            app = create_app(self._settings(name), fate.clock)
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://t.test") as client:
                fate.under("town")
                town = await Town.founded(app, client)
                world = World(town, fate, {}, emails or {})
                await self._peopled(world, x_exists=x_exists)
                fate.under("fact")
                await fact(world)
                first = town.ground.database
                yield world
                await town.ground.database.close()
                await first.close()
        await self.cluster.drop(name)

    async def _peopled(self, world: World, *, x_exists: bool) -> None:
        for name in ("vid", "tuj", "applicant", "x"):
            world.fate.under(name)
            if name == "x" and not x_exists:
                continue  # the time of joining passes all the same
            join = world.town.applicant if name == "applicant" else world.town.member
            more = {} if name == "applicant" else {"minutes": 600}
            email = world.emails.get(name, f"{name}@example.org")
            world.people[name] = await join(name, email=email, **more)
        for name in ("vid", "tuj"):
            world.fate.under(f"{name} posts")
            await world.town.listing(world.people[name], "request")
        if x_exists:
            await world.settle()

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
