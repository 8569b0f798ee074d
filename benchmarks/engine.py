"""Level (a), the engine: `settle_many` in this process, over the application's own connections.

*alone*: each posting in a transaction of its own. *queued*: through a lane, as the hot operations
are done: what has queued up while the last batch ran shares the next transaction. *unchained*: the
same without the hash chain, to see what it costs; the heads stay as they were.
"""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Final
from unittest.mock import patch
from uuid import UUID

from app.kit.collecting import spare_collector
from app.kit.errors import AppError, Busy
from app.kit.ground import Ground
from app.kit.ids import new_id
from app.kit.lane import Lane
from app.kit.retrying import with_retries
from app.ledger import chaining, operations
from app.ledger.operations import Posted
from app.ledger.rules import Instruction, Leg
from benchmarks.costs import read, spent
from benchmarks.measuring import Answer, Figures, Window, deadlocks, drive
from benchmarks.place import Place
from benchmarks.proving import findings
from benchmarks.town import Town

DATABASE: Final = "bench_engine"
SEED: Final = 20_260_302
_CHAIN_CHECK: Final = "V6"


class Way(StrEnum):
    """How the engine is asked."""

    ALONE = "alone"
    QUEUED = "queued"
    UNCHAINED = "unchained"

    def is_fault(self, finding: str) -> bool:
        """Whether the books may not have this; only unchained ones must not be chained."""
        return self is not Way.UNCHAINED or not finding.startswith(f"{_CHAIN_CHECK} ")


@contextmanager
def without_chain() -> Iterator[None]:
    """While inside, deeds leave the heads of accounts as they are, and hash nothing."""

    def unchained(*_: object) -> None:
        pass

    with patch.object(chaining, "chain", unchained):
        yield


@dataclass
class Poster:
    """Posts one minute between members, or from members to the fund, one for each ask."""

    ground: Ground
    town: Town
    is_hot: bool
    way: Way = Way.ALONE
    transactions: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))

    def __post_init__(self) -> None:
        """Open the queue."""
        self._lane = Lane[Instruction, Posted]("benchmark", self._settle)

    async def once(self, _client: int) -> Answer:
        """Ask for one posting, and wait until it is durable."""
        asked = self._instruction()
        try:
            await (self._alone(asked) if self.way is Way.ALONE else self._lane.submit(asked))
        except Busy:
            return Answer(0, errors=1)
        except AppError:
            return Answer(0, refused=1)
        return Answer()

    async def _alone(self, asked: Instruction) -> None:
        (answer,) = await with_retries(partial(self._settle, [asked]))
        if isinstance(answer, AppError):
            raise answer

    async def _settle(self, asked: Sequence[Instruction]) -> Sequence[Posted | AppError]:
        self.transactions += 1
        async with self.ground.database.begin() as session:
            return await operations.settle_many(session, asked, self.ground.clock)

    def _instruction(self) -> Instruction:
        debit, credit = self._pair()
        reference = f"donation:{new_id()}"
        legs = (Leg(debit, credit, 1),)
        return Instruction(self.town.bank_id, "donation", reference, legs=legs)

    def _pair(self) -> tuple[UUID, UUID]:
        people = self.town.people
        debit = people[self.chance.randrange(len(people))].account_id
        if self.is_hot:
            return debit, self.town.fund
        credit = people[self.chance.randrange(len(people))].account_id
        return (debit, credit) if credit != debit else (debit, self.town.fund)


async def measure(
    place: Place,
    town: Town,
    template: str,
    *,
    is_hot: bool,
    way: Way,
    clients: int,
    window: Window,
) -> tuple[Figures, list[str]]:
    """One cell in a fresh copy of the town; gives its figures and the findings of the proof."""
    await place.create(DATABASE, template)
    ground = place.ground(DATABASE)
    poster = Poster(ground, town, is_hot, way)
    spare_collector()
    before = await read(place, DATABASE, checkpoint=True)
    began = time.process_time()
    try:
        with without_chain() if way is Way.UNCHAINED else nullcontext():
            tally = await drive(clients, window, poster.once)
        python_seconds = time.process_time() - began
        figures = tally.figures() | await spent(place, before, tally.accepted_in_all)
    finally:
        await ground.database.close()
    each = 1 / max(1, tally.accepted_in_all)
    figures["python_cpu_us"] = python_seconds * each * 1e6
    figures["transactions"] = poster.transactions * each
    figures["deadlocks"] = await deadlocks(place, DATABASE)
    found = await findings(place, DATABASE, town.bank_id)
    await place.drop(DATABASE)
    return figures, [one for one in found if way.is_fault(one)]
