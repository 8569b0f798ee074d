"""kill -9 of PostgreSQL, of the server, of one of its processes, while clients write over HTTP.

Whatever is killed and when: what was acknowledged is there exactly once; what was not is there once
or never, and asking again with its key tells which; the books prove themselves.
"""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import pytest

from app.kit.embedded import lease
from app.kit.programs import PROCESSES
from app.kit.stopping import EXIT_BY_SIGNAL
from tests.crashing import (
    ANSWER_SECONDS_MAX,
    Installation,
    Tally,
    Wish,
    commits_unheard,
    installation,
)
from tests.e2e.commands import Running, new_folder, running
from tests.embedding import kill_postgres

CLIENTS = 12
REPLAYED = 10
HEARD = (20, 80)
"""So many answers come before the next kill."""
SERVE = ("serve", "--port", "0", "--workers")
PROPOSALS_MAX = "100000"
ROUNDS = 10
"""Of each kind, in the long run."""


def kill_database(folder: Path, _: Running) -> None:
    kill_postgres(folder)
    with lease(folder):  # it stays up for those who use it already
        pass


def kill_server(_: Path, server: Running) -> None:
    os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait()


def kill_one_process(_: Path, server: Running) -> None:
    """One of the two that answer; the supervisor starts another."""
    pid = server.process.pid
    children = (PROCESSES / str(pid) / "task" / str(pid) / "children").read_text().split()
    answering = [
        child for child in children if b"spawn_main" in (PROCESSES / child / "cmdline").read_bytes()
    ]
    os.kill(int(answering[0]), signal.SIGKILL)


Kill = Callable[[Path, Running], None]


@dataclass
class Attack:
    """Rounds of writing, killing, coming back and reconciling."""

    place: Installation
    workers: int
    stack: ExitStack
    chance: random.Random

    async def play(self, kills: Sequence[Kill]) -> None:
        """A round for each kill."""
        server = self._start()
        for kill in kills:
            await self.place.sign_in()
            since = len(self.place.journal)
            await self._write_and(partial(kill, self.place.folder, server), server)
            if server.process.poll() is not None:
                server = self._start()
            await self.place.sign_in()
            await self._settle_up(server, since)
        assert server.stop() == EXIT_BY_SIGNAL + signal.SIGTERM

    def _start(self) -> Running:
        words = (*SERVE, str(self.workers))
        return self.stack.enter_context(
            running(self.place.folder, *words, TIMEBANK_OPEN_PROPOSALS_MAX=PROPOSALS_MAX)
        )

    async def _write_and(self, kill: Callable[[], None], server: Running) -> None:
        over = asyncio.Event()
        async with clients_of(server) as client:
            lives = [self.place.live(client, self.chance, over) for _ in range(CLIENTS)]
            tasks = [asyncio.create_task(life) for life in lives]
            await self.place.has_heard(self.chance.randint(*HEARD) + len(self.place.journal))
            await asyncio.sleep(self.chance.uniform(0, 0.05))
            await asyncio.to_thread(kill)
            await asyncio.sleep(0.1)
            over.set()
            await asyncio.gather(*tasks)

    async def _settle_up(self, server: Running, since: int) -> None:
        async with clients_of(server) as client:
            await self.place.reconcile(client, since)
            wishes = self.place.journal[since:]
            again = self.chance.sample(wishes, min(REPLAYED, len(wishes)))
            await self.place.replays(client, again)


@asynccontextmanager
async def clients_of(server: Running) -> AsyncIterator[httpx.AsyncClient]:
    url = await asyncio.to_thread(server.url)
    limits = httpx.Limits(max_connections=CLIENTS)
    async with httpx.AsyncClient(
        base_url=url, timeout=ANSWER_SECONDS_MAX, limits=limits, trust_env=False
    ) as client:
        assert (await client.get("/healthz")).is_success
        yield client


@pytest.fixture(scope="module")
async def place() -> AsyncIterator[Installation]:
    with new_folder() as folder:
        async with installation(folder) as place:
            yield place


async def attacked(place: Installation, kills: Sequence[Kill], workers: int) -> Tally:
    place.tally = Tally()
    with ExitStack() as stack:
        await Attack(place, workers, stack, random.Random(workers)).play(kills)
    return place.tally


async def test_what_was_acknowledged_outlives_every_kill_and_is_done_once(
    place: Installation,
) -> None:
    kills = [kill_database, kill_server]
    tally = await attacked(place, kills, workers=1)
    assert tally.acknowledged >= HEARD[0] * len(kills)


@pytest.mark.deep
async def test_what_was_acknowledged_outlives_thirty_kills(place: Installation) -> None:
    kills = [kill_database, kill_server, kill_one_process] * ROUNDS
    random.Random(0).shuffle(kills)
    tally = await attacked(place, kills, workers=2)
    sys.stdout.write(f"{len(kills)} kills: {tally}")  # pytest -rP shows it
    assert tally.acknowledged >= HEARD[0] * len(kills)


async def test_a_commit_whose_answer_is_lost_is_found_again_by_its_key(
    place: Installation,
) -> None:
    """The connection goes after the commit is on disk and before the server hears of it."""
    await place.sign_in()
    giver, receiver, *_ = place.people
    offer = {"listing_id": place.offers[giver], "minutes": 3}
    proposal = Wish("exchange", receiver, "/v1/exchanges", offer)
    await unheard(place, [proposal])
    accepted = Wish("hold", giver, f"/v1/exchanges/{proposal.id}/acceptance", {})
    gifts = [Wish("donation", who, "/v1/donations", {"minutes": 1}) for who in place.people]
    await unheard(place, [accepted, *gifts])


async def unheard(place: Installation, wishes: list[Wish]) -> None:
    client, since = place.town.client, len(place.journal)
    place.journal += wishes
    place.tally = Tally()
    async with commits_unheard(place):
        known = await asyncio.gather(*(place.ask(client, wish) for wish in wishes))
    assert not any(known), "who does not know says so: 503"
    await place.reconcile(client, since)
    assert place.tally == Tally(done_unheard=len(wishes))
