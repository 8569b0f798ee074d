"""Natural batching: what has queued up while the last batch ran is done together in the next one.

There is no timer: an ask that finds its lane idle is done at once, with those that stand at the
door with it. A batch is of one place (a bank): no statement is about two, and no bank's trouble is
another's. A lane only decides who shares a transaction; what is right is decided by row locks and
constraints, so any number of processes, each with lanes of its own, work over one database.

An unexpected error undoes its whole batch. The batch is then cut in halves, each tried again, until
the ask that causes it stands alone and gets the error to itself. Where somebody else holds a lock,
each is tried again alone: the one that needs the lock waits, the others do not. When the connection
is lost before the commit, the batch is tried again; at the commit, each ask that is known again by
its key is, and the others cannot be told what became of them. All of that happens beside the lane,
which goes on with its next batch.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, TypeVar

from app.kit.errors import AppError, Busy
from app.kit.metrics import BUSY, LANE_ASKS, LANE_PARTS, LANE_WAIT
from app.kit.retrying import (
    CommitUnsure,
    Result,
    is_held_up,
    meaning_of,
    reason_of,
    retried,
    was_lost,
    with_retries,
)

BATCH_MAX: Final = 64
WAITING_MAX: Final = 1_024
"""Asks waiting in one lane, those of cut batches counted; more are refused as `Busy`."""
LANES_MAX: Final = 4
"""Lanes of one deed in one process; a bank always has the same."""
APART_MAX: Final = 2
"""Parts of failed batches that one lane tries again at a time."""

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")
DoMany = Callable[[Sequence[Ask]], Awaitable[Sequence[Answer | AppError]]]
"""Does all asks in one transaction, and commits. A refused ask has changed nothing."""


@dataclass(eq=False)
class _Waiting(Generic[Ask, Answer]):
    ask: Ask
    place: Hashable
    subjects: frozenset[Hashable]
    is_repeatable: bool
    future: "asyncio.Future[Answer]"
    since: float

    def settle(self, answer: Answer | BaseException) -> None:
        if self.future.done():
            return  # whoever asked has gone; what they asked for is done all the same
        if isinstance(answer, BaseException):
            self.future.set_exception(answer)
        else:
            self.future.set_result(answer)


class Lane(Generic[Ask, Answer]):
    """One queue, and at most one batch of it under way."""

    def __init__(self, name: str, do_many: DoMany[Ask, Answer]) -> None:
        self.name = name
        self._do_many = do_many
        self._waiting: deque[_Waiting[Ask, Answer]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._apart = asyncio.Semaphore(APART_MAX)
        self._apart_asks = 0
        self._is_served = False
        self._is_closed = False

    async def submit(
        self,
        ask: Ask,
        subjects: frozenset[Hashable] = frozenset(),
        place: Hashable = None,
        *,
        is_repeatable: bool = False,
    ) -> Answer:
        """The answer to one ask.

        Asks with a subject in common never share a batch, nor do asks of different places. One
        that is repeatable has its effect once, however often it is done.

        Raises:
            AppError: the refusal of this ask.
            Busy: when the lane is full or closed, or the database away or contended.
        """
        if self._is_closed or len(self._waiting) + self._apart_asks >= WAITING_MAX:
            raise Busy
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        since = time.perf_counter()
        self._waiting.append(_Waiting(ask, place, subjects, is_repeatable, future, since))
        if not self._is_served:
            self._is_served = True
            self._start(self._serve())
        return await future

    async def close(self) -> None:
        """Take no more asks, and do those that wait."""
        self._is_closed = True
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self) -> None:
        try:
            while self._waiting:
                await self._gather()
                await self._do(self._next_batch())
        finally:
            self._is_served = False

    async def _gather(self) -> None:
        """Let in who is at the door: another turn of the loop, as long as each brings an ask.

        Whoever has just been answered is sent the answer now, and often asks again at once. Or two
        halves of the clients would take turns, in twice as many transactions.
        """
        count = 0
        while count < len(self._waiting) < BATCH_MAX:
            count = len(self._waiting)
            await asyncio.sleep(0)

    def _next_batch(self) -> list[_Waiting[Ask, Answer]]:
        batch: list[_Waiting[Ask, Answer]] = []
        left: list[_Waiting[Ask, Answer]] = []
        met: set[Hashable] = set()
        place = self._waiting[0].place
        while self._waiting and len(batch) < BATCH_MAX:
            one = self._waiting.popleft()
            goes = one.place == place and met.isdisjoint(one.subjects)
            (batch if goes else left).append(one)
            met |= one.subjects  # of those left, too: nobody overtakes about the same subject
        self._waiting.extendleft(reversed(left))
        began, wait = time.perf_counter(), LANE_WAIT.labels(self.name)
        for one in batch:
            wait.observe(began - one.since)
        return batch

    async def _do(self, batch: Sequence[_Waiting[Ask, Answer]]) -> None:
        LANE_ASKS.labels(self.name).observe(len(batch))
        attempt = partial(self._do_many, [one.ask for one in batch])
        try:
            # Alone it is tried again as every request is; a batch is tried again in parts.
            answers = await (_alone(batch[0], attempt) if len(batch) == 1 else _lost(attempt))
        except Exception as error:  # noqa: BLE001 whatever it is, somebody waits for an answer
            self._try_apart(batch, error)
            return
        for one, answer in zip(batch, answers, strict=True):
            one.settle(answer)

    def _try_apart(self, batch: Sequence[_Waiting[Ask, Answer]], error: Exception) -> None:
        held_up, busy = is_held_up(error), meaning_of(error)
        if len(batch) == 1 or (busy is not None and not held_up):
            self._give_up(batch, error)
            return
        step = 1 if held_up else (len(batch) + 1) // 2
        LANE_PARTS.labels(self.name, "lock" if held_up else "error").inc()
        for first in range(0, len(batch), step):
            self._start(self._do_apart(batch[first : first + step]))

    def _give_up(self, batch: Sequence[_Waiting[Ask, Answer]], error: Exception) -> None:
        """Answer with the error; those that are known again are tried, if the commit was unsure."""
        for one in batch:
            if isinstance(error, CommitUnsure) and one.is_repeatable:
                self._start(self._do_apart([one]))
            else:
                one.settle(meaning_of(error) or error)
        if len(batch) > 1:
            BUSY.labels(reason_of(error)).inc()

    async def _do_apart(self, part: Sequence[_Waiting[Ask, Answer]]) -> None:
        self._apart_asks += len(part)
        try:
            async with self._apart:
                await self._do(part)
        finally:
            self._apart_asks -= len(part)


def _alone(
    one: _Waiting[Ask, Answer], attempt: Callable[[], Awaitable[Result]]
) -> Awaitable[Result]:
    return with_retries(attempt, is_repeatable=one.is_repeatable)


def _lost(attempt: Callable[[], Awaitable[Result]]) -> Awaitable[Result]:
    return retried(attempt, was_lost)


class Lanes:
    """All lanes of one process, each made when it is first needed."""

    def __init__(self) -> None:
        self._lanes: dict[tuple[str, int], Lane[Any, Any]] = {}
        self._is_closed = False

    def find(self, name: str, place: Hashable, do_many: DoMany[Ask, Answer]) -> Lane[Ask, Answer]:
        """The lane of this deed for this place (a bank).

        Raises:
            Busy: when the process is stopping.
        """
        if self._is_closed:
            raise Busy
        key = (name, hash(place) % LANES_MAX)
        if key not in self._lanes:
            self._lanes[key] = Lane(name, do_many)
        return self._lanes[key]

    async def close(self) -> None:
        """Take no more asks, and do those that wait."""
        self._is_closed = True
        await asyncio.gather(*(lane.close() for lane in self._lanes.values()))
