"""What the database's errors mean, and when a transaction is tried again."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from app.kit.errors import Busy
from app.kit.metrics import BUSY, RETRIES

TRIES_MAX = 5
BACKOFF_SECONDS = 0.005
LOST_BACKOFF_SECONDS = 0.05
"""After a lost connection: a server that comes back at once is worth a moment's wait."""
_TRY_AGAIN: Final = {"40001": "serialization", "40P01": "deadlock", "55P03": "lock"}
"""Serialization failure, deadlock, lock not available: nothing happened, the same may succeed."""
_AWAY: Final = {
    "57014": "timeout",
    "25P03": "timeout",
    **dict.fromkeys(("57P01", "57P02", "57P03", "53300", "25006"), "away"),
}
"""Cancelled by a timeout, shutting down, crashed, starting up, out of connections, read-only."""

_LOST: Final = frozenset({"57P01", "57P02", "57P03"})
"""Shutting down, crashed, starting up: the connection is gone, or was never made."""

Result = TypeVar("Result")


class CommitUnsure(Exception):
    """The connection was lost at the commit: all of it has happened, or nothing."""


_FAILURES: Final = (DBAPIError, NoFreeConnection, OSError, CommitUnsure)
"""What a transaction fails with when the database is the cause."""


def meaning_of(error: BaseException) -> Busy | None:
    """The `Busy` that a database error means to a client, or None when it is a bug of ours."""
    if isinstance(error, NoFreeConnection | OSError | CommitUnsure):
        return Busy()
    if isinstance(error, DBAPIError) and (was_lost(error) or _state(error) in _TRY_AGAIN | _AWAY):
        return Busy()
    return None


def reason_of(error: BaseException) -> str:
    """Why a transaction failed, in one of few words for the metrics."""
    if isinstance(error, NoFreeConnection):
        return "pool"
    return (_TRY_AGAIN | _AWAY).get(_state(error), "connection")


def is_held_up(error: BaseException) -> bool:
    """Whether others stood in the way: the transaction did nothing, and may succeed at once."""
    return isinstance(error, DBAPIError) and _state(error) in _TRY_AGAIN


def was_lost(error: BaseException) -> bool:
    """Whether the connection was lost, or could not be made; before a commit nothing happened."""
    if isinstance(error, DBAPIError):
        state = _state(error)
        return error.connection_invalidated or state.startswith("08") or state in _LOST
    return isinstance(error, OSError) and not isinstance(error, TimeoutError)


def _state(error: BaseException) -> str:
    return str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")


def did_nothing(error: BaseException) -> bool:
    """Whether the transaction surely did nothing, and the same may succeed now."""
    return is_held_up(error) or was_lost(error)


def did_nothing_or_all(error: BaseException) -> bool:
    """The same for what has its effect once however often it is run."""
    return did_nothing(error) or isinstance(error, CommitUnsure)


async def retried(
    work: Callable[[], Awaitable[Result]], again: Callable[[BaseException], bool]
) -> Result:
    """Run a whole transaction, again after such an error, with full jitter; the last is raised."""
    tries = 1
    while True:
        try:
            return await work()
        except _FAILURES as error:
            if tries == TRIES_MAX or not again(error):
                raise
            reason, slot = reason_of(error), BACKOFF_SECONDS
            if not is_held_up(error):
                slot = LOST_BACKOFF_SECONDS
        RETRIES.labels(reason).inc()
        await asyncio.sleep(random.uniform(0, slot * 2 ** (tries - 1)))  # noqa: S311 jitter
        tries += 1


async def with_retries(
    work: Callable[[], Awaitable[Result]], *, is_repeatable: bool = False
) -> Result:
    """Run a whole transaction, again when it surely did nothing.

    That is after a deadlock, a lock timeout, or a connection lost before the commit.

    Args:
        work: the transaction.
        is_repeatable: whether it has its effect once however often it is run (it only reads, or
            it has a key): then also after a connection lost at the commit.

    Raises:
        Busy: when the database stays away or contended; never a business error.
    """
    try:
        return await retried(work, did_nothing_or_all if is_repeatable else did_nothing)
    except _FAILURES as error:
        busy = meaning_of(error)
        if busy is None:
            raise
        BUSY.labels(reason_of(error)).inc()
        raise busy from error
