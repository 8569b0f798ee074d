"""Lanes whose transactions are watched."""

import asyncio
from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError

from app.kit.errors import AppError, Conflict
from app.kit.lane import Lane
from app.kit.retrying import CommitUnsure


class Poisoned(Exception):
    pass


class Held(Exception):
    sqlstate = "55P03"


class Gone(Exception):
    sqlstate = "57P01"


class Transactions:
    """Answers every ask with itself, doubled; remembers its batches, and waits at a gate."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.poison: set[int] = set()
        self.held: set[int] = set()
        self.losses: list[DBAPIError] = []
        self.unsure: set[int] = set()

    async def do_many(self, asks: Sequence[int]) -> list[int | AppError]:
        self.batches.append(list(asks))
        await self.gate.wait()
        if self.losses:
            raise self.losses.pop()
        if self.unsure & set(asks) and len(asks) > 1:
            raise CommitUnsure
        if self.poison & set(asks):
            raise Poisoned
        if self.held & set(asks) and len(asks) > 1:
            raise DBAPIError("select", None, Held())
        return [Conflict() if ask < 0 else ask * 2 for ask in asks]


async def queued(
    lane: Lane[int, int], asks: Sequence[int], subject: str | None = None
) -> list["asyncio.Task[int]"]:
    subjects = frozenset({subject} if subject else ())
    tasks = [asyncio.create_task(lane.submit(ask, subjects)) for ask in asks]
    await asyncio.sleep(0.01)
    return tasks
