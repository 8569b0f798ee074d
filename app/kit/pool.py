"""The pool of connections: whoever has waited longest for one has the next.

SQLAlchemy keeps the free ones in an `asyncio.Queue`. That wakes whoever waits, but lets anybody who
asks before they have woken take what they were woken for, and they wait again, behind all others:
with more requests than connections some waited ten times as long as most.
"""

import asyncio
from collections import deque
from functools import cached_property
from typing import Any

from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.util.queue import AsyncAdaptedQueue


class HandedOver(asyncio.Queue[Any]):
    """A queue that hands what comes to who waits, in their order."""

    def __init__(self, maxsize: int = 0) -> None:
        """Begin with nobody waiting."""
        super().__init__(maxsize)
        self._heirs = deque[asyncio.Future[Any]]()

    def put_nowait(self, item: Any) -> None:
        """Give it to the first who waits, or keep it."""
        while self._heirs:
            heir = self._heirs.popleft()
            if not heir.done():
                heir.set_result(item)
                return
        super().put_nowait(item)

    async def get(self) -> Any:
        """What was kept, or else what comes when it is one's turn."""
        if not self.empty():
            return self.get_nowait()
        heir = asyncio.get_running_loop().create_future()
        self._heirs.append(heir)
        try:
            return await heir
        except asyncio.CancelledError:
            if heir.done() and not heir.cancelled():
                self.put_nowait(heir.result())  # too late for who has gone
            raise


class _FreeConnections(AsyncAdaptedQueue[Any]):
    @cached_property
    def _queue(self) -> asyncio.Queue[Any]:  # in the loop that uses it first
        return HandedOver(self.maxsize)


class FairPool(AsyncAdaptedQueuePool):
    """SQLAlchemy's pool with that queue."""

    _queue_class = _FreeConnections
