"""Concurrent histories: many clients over few accounts at once, then one order that explains all.

The order is that of `posted_at`, which is read after the locks. Replayed in it, the model accepts
every deed that was accepted and comes to the same balances; every refusal fits some moment between
its request and its answer.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest

from app.kit.ground import Ground
from app.kit.retrying import with_retries
from app.ledger import queries
from app.ledger.operations import Posted
from app.ledger.rules import Refusal
from app.ledger.sealing.operations import take_seal
from app.ledger.sealing.signing import sealer_of
from app.ledger.verifying import prove
from tests.conftest import FakeClock
from tests.databases import Cluster
from tests.doings import deadlocks
from tests.property.books import ACCOUNTS, Asked, Books, Model, Move

CLIENTS = 8
PAST = timedelta(milliseconds=2)
"""So far back the watcher looks; the clock ticks by a microsecond."""


class Event(NamedTuple):
    """One request for a deed, from asking to answer."""

    asked: Asked
    hold: int
    """The number of the hold that it may have opened."""
    answer: Posted | Refusal
    began_at: datetime
    ended_at: datetime


class Seen(NamedTuple):
    """A balance in the past, as it was told."""

    account: int
    at: datetime
    found: queries.BalanceAt


def any_deed(chance: random.Random, holds: int) -> Asked:
    """Opposite pairs, cycles, holds opened and ended, among five accounts."""
    sides = [chance.sample(range(ACCOUNTS), 2) for _ in range(chance.choice([1, 1, 1, 2, 3]))]
    moves = tuple(Move(one, other, chance.choice([1, 30, 60, 400])) for one, other in sides)
    opens = (chance.randrange(ACCOUNTS), chance.choice([1, 60])) if chance.random() < 0.3 else None
    ends = chance.randrange(max(0, holds - 8), holds) if holds and chance.random() < 0.4 else None
    return Asked(moves, opens, ends, passes=chance.random() < 0.05)


@dataclass
class History:
    """What the clients asked, what they heard, and what a watcher saw meanwhile."""

    books: Books
    clock: FakeClock
    events: list[Event] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    async def run(self, seed: int, batches: int) -> None:
        """Let all clients, the watcher and the sealer work at once."""
        over = asyncio.Event()
        beside = [asyncio.create_task(one) for one in (self._watch(over, seed), self._seal(over))]
        clients = (self._live(random.Random(f"{seed}:{n}"), batches) for n in range(CLIENTS))
        await asyncio.gather(*clients)
        over.set()
        await asyncio.gather(*beside)
        await self._take_seal()

    async def _live(self, chance: random.Random, batches: int) -> None:
        for _ in range(batches):
            first = len(self.books.holds)
            batch = [any_deed(chance, first) for _ in range(chance.choice([1, 1, 2, 4]))]
            began_at = self.clock()
            answers = await self.books.settle(batch)
            for asked, answer in zip(batch, answers, strict=True):
                self.events.append(Event(asked, first, answer, began_at, self.clock()))
                first += asked.opens is not None

    async def _watch(self, over: asyncio.Event, seed: int) -> None:
        chance = random.Random(seed)
        while not over.is_set():
            at = self.clock() - chance.random() * PAST
            account = chance.randrange(ACCOUNTS)
            self.seen.append(Seen(account, at, await self.books.balance_at(account, at)))

    async def _seal(self, over: asyncio.Event) -> None:
        while not over.is_set():
            await self._take_seal()

    async def _take_seal(self) -> None:
        ground = self.books.ground
        sealer = sealer_of(ground.settings)
        assert sealer is not None

        async def attempt() -> None:
            async with ground.database.begin() as session:
                await take_seal(ground.work(session), self.books.bank_id, sealer)

        await with_retries(attempt)


def replayed(events: Sequence[Event]) -> tuple[list[datetime], list[Model]]:
    """The moments of all accepted deeds in order, and the books before the first and after each."""
    accepted = [(one.answer.posted_at, one) for one in events if isinstance(one.answer, Posted)]
    accepted.sort(key=lambda one: one[0])
    states = [Model()]
    for _, event in accepted:
        state = states[-1].copy()
        assert state.do(event.asked, event.hold) is Posted
        states.append(state)
    moments = [moment for moment, _ in accepted]
    assert len(set(moments)) == len(moments)
    return moments, states


def fits(event: Event, moments: Sequence[datetime], states: Sequence[Model]) -> bool:
    """Whether the refusal is right at some moment between the request and the answer."""
    first = sum(moment < event.began_at for moment in moments)
    last = sum(moment < event.ended_at for moment in moments)
    candidates = (state.copy() for state in states[first : last + 1])
    return any(one.do(event.asked, event.hold) is type(event.answer) for one in candidates)


async def check(ground: Ground, clock: FakeClock, seed: int, batches: int) -> None:
    history = History(await Books.opened(ground), clock)
    await history.run(seed, batches)
    moments, states = replayed(history.events)
    books = history.books
    async with ground.database.begin() as session:
        assert await books.rows(session) == states[-1].rows
    refused = [one for one in history.events if not isinstance(one.answer, Posted)]
    assert refused
    assert [one for one in refused if not fits(one, moments, states)] == []
    for account, at, found in history.seen:
        if at < found.final_before:
            index = sum(moment <= at for moment in moments)
            assert found.balance_minutes == states[index].balances[account]
            assert (await books.balance_at(account, at)).balance_minutes == found.balance_minutes
    assert await prove(ground, books.bank_id, sealer_of(ground.settings)) == []
    assert await books.out_of_order() == 0


@pytest.fixture
def settings(settings: Any) -> Any:
    """A connection for each client, the watcher and the sealer."""
    return settings.model_copy(update={"database_pool_max": CLIENTS + 2})


async def test_whatever_races_is_explained_by_one_order(
    ground: Ground, clock: FakeClock, cluster: Cluster, database: str
) -> None:
    await check(ground, clock, seed=0, batches=12)
    assert await deadlocks(ground, cluster, database) == 0


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(1, 21))
async def test_whatever_races_for_long_is_explained_by_one_order(
    ground: Ground, clock: FakeClock, cluster: Cluster, database: str, seed: int
) -> None:
    await check(ground, clock, seed, batches=60)
    assert await deadlocks(ground, cluster, database) == 0
