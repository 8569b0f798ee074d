"""An installation that is killed under its clients, and the journal of what they wished for.

Each write has an `Idempotency-Key` of its own. A client that got no answer does not know whether it
was done; it asks again with the same key until it knows.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import uuid4

import asyncpg
import httpx
from pydantic import SecretStr

from app.kit.embedded import server_of
from app.kit.settings import Environment, load_settings
from app.ledger.verifying import prove
from app.main import create_app
from app.store import migrate, place
from tests.doings import sql
from tests.town import JSON, Person, Town, good
from tests.workers import until

PEOPLE: Final = 6
ANSWER_SECONDS_MAX: Final = 20.0
PAUSE_SECONDS: Final = 0.05
TRIES_MAX: Final = 200
DURABLE: Final = ("fsync", "synchronous_commit", "full_page_writes")
LIFE: Final = (
    ("hold", "acceptance", "giver"),
    ("delivery", "delivery", "giver"),
    ("settlement", "confirmation", "receiver"),
)
"""What a step leaves behind, the noun of its URL, and who takes it."""
EFFECTS: Final = {
    "exchange": "SELECT exchange_id AS id FROM exchange",
    "hold": "SELECT subject_id AS id FROM deed WHERE kind = 'hold'",
    "delivery": "SELECT exchange_id AS id FROM exchange WHERE delivered_at IS NOT NULL",
    "settlement": "SELECT subject_id AS id FROM deed WHERE kind = 'settlement'",
    "donation": """SELECT p.posting_id AS id FROM posting p JOIN deed d USING (bank_id, deed_id)
                    WHERE d.kind = 'donation'""",
}
"""What is in the database for each kind of wish: one row for each time that it was done."""


@dataclass(eq=False)
class Wish:
    """One write that a client wants exactly once."""

    kind: str
    email: str
    path: str
    body: JSON
    key: str = field(default_factory=lambda: str(uuid4()))
    answer: httpx.Response | None = None
    """None: nobody knows whether it was done."""

    @property
    def id(self) -> str:
        """What its answer says was made."""
        assert self.answer is not None
        return str(good(self.answer)["id"])


@dataclass
class Tally:
    """What became of the wishes of some rounds."""

    acknowledged: int = 0
    done_unheard: int = 0
    not_done: int = 0


@dataclass
class Installation:
    """A bank in a data folder of its own, and everything that was ever wished of it."""

    folder: Path
    town: Town
    people: dict[str, Person]
    offers: dict[str, str]
    journal: list[Wish] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    async def sign_in(self) -> None:
        """New tokens for everybody; connections from before a crash are forgotten."""
        await self.town.ground.database.close()
        self.people = {email: await self.town.signed_in(email) for email in self.people}

    async def ask(self, client: httpx.AsyncClient, wish: Wish) -> bool:
        """Ask for it once; whether it is known now what became of it."""
        headers = self.people[wish.email].headers | {"Idempotency-Key": wish.key}
        try:
            answer = await client.post(wish.path, json=wish.body, headers=headers)
        except httpx.TransportError:
            return False
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return False
        good(answer)  # a crash is never a fault, and never a refusal
        wish.answer = answer
        return True

    async def live(
        self, client: httpx.AsyncClient, chance: random.Random, over: asyncio.Event
    ) -> None:
        """Exchanges and gifts, one after the other, until it is over or an answer fails to come."""
        while not over.is_set():
            giver, receiver = chance.sample(sorted(self.people), 2)
            if not await self._exchange(client, giver, receiver):
                break

    async def _exchange(self, client: httpx.AsyncClient, giver: str, receiver: str) -> bool:
        """From the proposal to the confirmation, and a gift; whether all of it was answered."""
        body = {"listing_id": self.offers[giver], "minutes": 3}
        proposal = Wish("exchange", receiver, "/v1/exchanges", body)
        if not await self._wish(client, proposal):
            return False
        for kind, noun, side in LIFE:
            who = giver if side == "giver" else receiver
            step = Wish(kind, who, f"/v1/exchanges/{proposal.id}/{noun}", {})
            if not await self._wish(client, step):
                return False
        return await self._wish(client, Wish("donation", giver, "/v1/donations", {"minutes": 1}))

    async def _wish(self, client: httpx.AsyncClient, wish: Wish) -> bool:
        self.journal.append(wish)
        return await self.ask(client, wish)

    async def has_heard(self, answers: int) -> None:
        """Wait until so many wishes were answered."""

        async def heard() -> bool:
            return sum(wish.answer is not None for wish in self.journal) >= answers

        await until(heard)

    async def reconcile(self, client: httpx.AsyncClient, since: int) -> None:
        """What was answered is there once; what was not is there once or never, and is resolved."""
        wishes = self.journal[since:]
        unknown = [wish for wish in wishes if wish.answer is None]
        await self.is_whole(at_most=len(unknown))
        self.tally.acknowledged += len(wishes) - len(unknown)
        for wish in unknown:
            for _ in range(TRIES_MAX):
                if await self.ask(client, wish):
                    break
                await asyncio.sleep(PAUSE_SECONDS)
            assert wish.answer is not None, "the server does not come back"
            was_done = "Idempotency-Replayed" in wish.answer.headers
            self.tally.done_unheard += was_done
            self.tally.not_done += not was_done
        await self.is_whole(at_most=0)

    async def replays(self, client: httpx.AsyncClient, wishes: Sequence[Wish]) -> None:
        """Asked once more, each answers as it did and does nothing."""
        for wish in wishes:
            first = wish.answer
            assert first is not None
            assert await self.ask(client, wish)
            assert wish.answer is not None
            assert wish.answer.status_code == first.status_code
            assert wish.answer.content == first.content
        await self.is_whole(at_most=0)

    async def is_whole(self, at_most: int) -> None:
        """Assert that the books prove themselves and everything acknowledged was done once.

        Args:
            at_most: how many effects may be there that nobody was told of.
        """
        assert await prove(self.town.ground, self.town.bank_id, self.town.app.state.sealer) == []
        unheard = 0
        for kind, statement in EFFECTS.items():
            there = [str(row["id"]) for row in await sql(self.town, statement)]
            assert len(there) == len(set(there)), f"a {kind} was done twice"
            told = {wish.id for wish in self.journal if wish.kind == kind and wish.answer}
            assert told <= set(there), f"an acknowledged {kind} was lost"
            unheard += len(there) - len(told)
        assert unheard <= at_most


@asynccontextmanager
async def installation(folder: Path) -> AsyncIterator[Installation]:
    """A bank on a durable PostgreSQL that may be killed."""
    settings = load_settings(environment=Environment.TEST, data_folder=folder, log_level="ERROR")
    async with place.held_up(settings):
        await migrate.prepare_embedded(server_of(folder))
        urls = place.owner_urls(settings)
        await migrate.upgrade(urls)
        app = create_app(settings.model_copy(update={"owner_database_url": SecretStr(urls.owner)}))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://timebank.test") as own:
            town = await Town.founded(app, own)
            people = [await town.member(f"Member {n}", minutes=6_000) for n in range(PEOPLE)]
            offers = {one.email: str((await town.listing(one))["id"]) for one in people}
            for setting in DURABLE:
                assert await sql(town, f"SHOW {setting}") == [{setting: "on"}]
            yield Installation(folder, town, {one.email: one for one in people}, offers)
        await app.state.ground.database.close()


@asynccontextmanager
async def commits_unheard(place: Installation) -> AsyncIterator[None]:
    """While inside, the connection of every commit is lost after it is on disk.

    A commit then waits for a standby that never comes, and there its connection is cut.
    """
    url = server_of(place.folder).url("postgres", migrate.DATABASE)
    connection = await asyncpg.connect(url.replace("+asyncpg", ""), timeout=10)
    hanging = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'"

    async def set_standby(name: str) -> None:
        await connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
        await connection.execute("SELECT pg_reload_conf()")

    async def cut() -> None:
        while True:
            await connection.execute(f"SELECT pg_terminate_backend(pid, 5000) {hanging}")
            await asyncio.sleep(PAUSE_SECONDS)

    await set_standby("nobody")
    cutting = asyncio.create_task(cut())
    try:
        yield
    finally:
        cutting.cancel()
        await asyncio.gather(cutting, return_exceptions=True)
        await set_standby("")
        await connection.close()
