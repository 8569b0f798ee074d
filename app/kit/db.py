"""The database: tables' base, sessions, locks, and what its errors mean to a client."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import BigInteger, MetaData, ScalarResult, Select, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, TIMESTAMP
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import NullPool

from app.kit.errors import Busy
from app.kit.metrics import BUSY, RETRIES

TRIES_MAX = 5
BACKOFF_SECONDS = 0.005
CONNECT_SECONDS_MAX = 5.0
COMMAND_SECONDS_MAX = 15.0
LOCK_TIMEOUT: Final = "2s"
"""So long a statement waits for a lock; then the transaction is tried again, at last as busy."""
STATEMENT_TIMEOUT: Final = "10s"
IDLE_IN_TRANSACTION_TIMEOUT: Final = "5s"
"""A transaction whose process is silent for so long is ended, so that its locks go."""
SERVER_SETTINGS: Final = {
    "application_name": "timebank",
    "lock_timeout": LOCK_TIMEOUT,
    "statement_timeout": STATEMENT_TIMEOUT,
    "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_TIMEOUT,
    "jit": "off",
    "timezone": "UTC",
}
_TRY_AGAIN: Final = {"40001": "serialization", "40P01": "deadlock", "55P03": "lock"}
"""Serialization failure, deadlock, lock not available: nothing happened, the same may succeed."""
_AWAY: Final = {
    "57014": "timeout",
    "25P03": "timeout",
    **dict.fromkeys(("57P01", "57P02", "57P03", "53300", "25006"), "away"),
}
"""Cancelled by a timeout, shutting down, crashed, starting up, out of connections, read-only."""

_ONCE_COMMITTED: Final = "once committed"

Row = TypeVar("Row")
Result = TypeVar("Result")


class Base(DeclarativeBase):
    """The base of every table. Keys start with `bank_id`; relations are foreign keys, no more."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 SQLAlchemy reads a plain dict
        int: BigInteger,
        str: Text,
        bytes: BYTEA,
        datetime: TIMESTAMP(timezone=True),
        UUID: Uuid,
        list[str]: ARRAY(Text),
    }


class Database:
    """A pool of connections and the sessions over it; one per process."""

    def __init__(self, url: str, *, pool_max: int, wait_seconds_max: float) -> None:
        """Connect lazily, with at most `pool_max` connections."""
        self._url = url
        self.engine = create_async_engine(
            url,
            pool_size=pool_max,
            max_overflow=0,
            pool_timeout=wait_seconds_max,
            hide_parameters=True,
            connect_args=_connecting(COMMAND_SECONDS_MAX),
        )
        # No autoflush: a row is written when its change is whole, at the latest at the commit.
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=False)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end, rolled back when anything is raised."""
        async with self._sessions() as session:
            yield session
            await session.commit()
            for count in session.info.pop(_ONCE_COMMITTED, ()):
                count()

    @asynccontextmanager
    async def begin_patiently(self, seconds_max: float) -> AsyncIterator[AsyncSession]:
        """Read one snapshot on a connection of its own, where a statement may take that long."""
        engine = create_async_engine(
            self._url,
            poolclass=NullPool,
            isolation_level="REPEATABLE READ",
            hide_parameters=True,
            connect_args=_connecting(seconds_max, statement_timeout=f"{seconds_max:.0f}s"),
        )
        async with AsyncSession(engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def once_committed(session: AsyncSession, count: Callable[[], object]) -> None:
    """Do this when the transaction has committed: for counting only, as a crash may skip it."""
    session.info.setdefault(_ONCE_COMMITTED, []).append(count)


def _connecting(seconds_max: float, **server_settings: str) -> dict[str, Any]:
    return {
        "server_settings": SERVER_SETTINGS | server_settings,
        "timeout": CONNECT_SECONDS_MAX,
        "command_timeout": seconds_max,
    }


async def lock_one(session: AsyncSession, statement: Select[Row]) -> Row | None:
    """Lock and read one row as it is now, whatever this session read of it before.

    With `lock_many` the only writer of `FOR … UPDATE` for mapped rows: without `populate_existing`
    a session that had read the row earlier would decide on the old values.
    """
    rows = await _lock(session, statement.with_for_update(key_share=True))
    return rows.one_or_none()


async def lock_many(
    session: AsyncSession, statement: Select[Row], values: Mapping[str, Any], of: type[Base]
) -> Sequence[Row]:
    """Lock and read rows of one table as they are now; the statement must put them in key order."""
    rows = await _lock(session, statement.with_for_update(key_share=True, of=of), values)
    return rows.all()


async def _lock(
    session: AsyncSession, statement: Select[Row], values: Mapping[str, Any] | None = None
) -> ScalarResult[Row]:
    await session.flush()  # or the fresh values would silently replace a change not yet written
    return await session.scalars(statement.execution_options(populate_existing=True), values)


def meaning_of(error: BaseException) -> Busy | None:
    """The `Busy` that a database error means to a client, or None when it is a bug of ours."""
    if isinstance(error, NoFreeConnection | OSError | asyncio.TimeoutError):
        return Busy()
    if isinstance(error, DBAPIError):
        state = str(getattr(error.orig, "sqlstate", None) or "")
        lost = error.connection_invalidated or state.startswith("08")
        if lost or state in _TRY_AGAIN | _AWAY:
            return Busy()
    return None


def reason_of(error: BaseException) -> str:
    """Why a transaction failed, in one of few words for the metrics."""
    if isinstance(error, NoFreeConnection):
        return "pool"
    state = str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")
    return (_TRY_AGAIN | _AWAY).get(state, "connection")


def may_try_again(error: BaseException) -> bool:
    """Whether the transaction surely did nothing and the same may succeed at once."""
    state = str(getattr(getattr(error, "orig", None), "sqlstate", ""))
    return isinstance(error, DBAPIError) and state in _TRY_AGAIN


async def with_retries(work: Callable[[], Awaitable[Result]]) -> Result:
    """Run a whole transaction, again after a deadlock or lock timeout, with full jitter.

    Raises:
        Busy: when the database stays away or contended; never a business error.
    """
    for attempt in range(TRIES_MAX):
        try:
            return await work()
        except (TimeoutError, DBAPIError, NoFreeConnection, OSError) as error:
            busy = meaning_of(error)
            if busy is None:
                raise
            reason = reason_of(error)
            if attempt == TRIES_MAX - 1 or not may_try_again(error):
                BUSY.labels(reason).inc()
                raise busy from error
        RETRIES.labels(reason).inc()
        await asyncio.sleep(random.uniform(0, BACKOFF_SECONDS * 2**attempt))  # noqa: S311 jitter
    raise Busy


def violated(error: DBAPIError) -> str | None:
    """The name of the constraint that a statement broke, if that is what happened."""
    cause: Any = getattr(error.orig, "__cause__", None)
    return getattr(cause, "constraint_name", None)
