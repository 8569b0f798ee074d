"""Level (a), the engine: `settle_many` in this process, over the application's own connections.

*alone*: each posting in a transaction of its own. *queued*: through a lane, as the hot operations
are done: what has queued up while the last batch ran shares the next transaction.
"""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from uuid import UUID

from app.kit.db import with_retries
from app.kit.errors import AppError, Busy
from app.kit.ground import Ground
from app.kit.ids import new_id
from app.kit.lane import Lane
from app.ledger import operations
from app.ledger.operations import Posted
from app.ledger.rules import Instruction, Leg
from app.web.server import spare_collector
from benchmarks.costs import read, spent
from benchmarks.measuring import Answer, Figures, Window, deadlocks, drive
from benchmarks.place import Place
from benchmarks.proving import findings
from benchmarks.town import Town

DATABASE: Final = "bench_engine"
SEED: Final = 20_260_302


@dataclass
class Poster:
    """Posts one minute between members, or from members to the fund, one for each ask."""

    ground: Ground
    town: Town
    is_hot: bool
    is_queued: bool = False
    transactions: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))

    def __post_init__(self) -> None:
        """Open the queue."""
        self._lane = Lane[Instruction, Posted]("benchmark", self._settle)

    async def once(self, _client: int) -> Answer:
        """Ask for one posting, and wait until it is durable."""
        asked = self._instruction()
        try:
            await (self._lane.submit(asked) if self.is_queued else self._alone(asked))
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
    is_queued: bool,
    clients: int,
    window: Window,
) -> tuple[Figures, list[str]]:
    """One cell in a fresh copy of the town; gives its figures and the findings of the proof."""
    await place.create(DATABASE, template)
    ground = place.ground(DATABASE)
    poster = Poster(ground, town, is_hot, is_queued)
    spare_collector()
    before = await read(place, DATABASE, checkpoint=True)
    began = time.process_time()
    try:
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
    return figures, found
