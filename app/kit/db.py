"""The database: tables' base, sessions, locks."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, TypeVar, TypeVarTuple
from uuid import UUID

from sqlalchemy import BigInteger, MetaData, ScalarResult, Select, Text, Uuid, event
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, TIMESTAMP
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import NullPool

from app.kit.fetching import begin_nothing
from app.kit.pool import FairPool
from app.kit.retrying import CommitUnsure, did_nothing_or_all, was_lost

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
STATEMENTS_MAX: Final = 1_000
"""Texts of statements of which it is remembered that they only read; there are some hundreds."""
_CHANGING: Final = re.compile(r"\b(?:INSERT|UPDATE|DELETE|MERGE|LOCK|SHARE|SET)\b")
_CHANGES: Final = "what changes something needs a transaction"
_ONCE_COMMITTED: Final = "once committed"
_ONCE_OVER: Final = "once over"

Row = TypeVar("Row")
Columns = TypeVarTuple("Columns")


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
            poolclass=FairPool,
            pool_size=pool_max,
            max_overflow=0,
            pool_timeout=wait_seconds_max,
            hide_parameters=True,
            connect_args=_connecting(COMMAND_SECONDS_MAX),
        )
        # No autoflush: a row is written when its change is whole, at the latest at the commit.
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=False)
        self._plain = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        event.listen(self._plain.sync_engine, "before_cursor_execute", _refuse_changes)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end, rolled back when anything is raised.

        Raises:
            CommitUnsure: when nobody can tell whether it was committed.
        """
        session = self._sessions()
        try:
            yield session
            await _commit(session)
        except Exception as error:
            if not did_nothing_or_all(error):
                _count(session, _ONCE_OVER)
            raise
        finally:
            await _end(session)
        _count(session, _ONCE_OVER)
        _count(session, _ONCE_COMMITTED)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Only read, without a transaction: each statement sees what is committed when it begins.

        So it does in a transaction, too (READ COMMITTED), where the BEGIN and COMMIT around one or
        two short statements cost as much as they do.
        """
        session = self._sessions(bind=self._plain)
        begin_nothing(session)
        try:
            yield session
            assert not _is_changed(session), _CHANGES
        finally:
            await _end(session)

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


async def _commit(session: AsyncSession) -> None:
    """Write what is not yet written, and commit; what is not needed is not waited for."""
    if _is_changed(session):
        await session.flush()
    if not session.in_transaction():
        return
    try:
        await session.commit()
    except (DBAPIError, OSError) as error:
        if was_lost(error):
            raise CommitUnsure from error
        raise


@lru_cache(STATEMENTS_MAX)
def _reads_only(statement: str) -> bool:
    return _CHANGING.search(statement) is None


def _refuse_changes(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    assert _reads_only(statement), _CHANGES


def _is_changed(session: AsyncSession) -> bool:
    return bool(session.new or session.dirty or session.deleted)


async def _end(session: AsyncSession) -> None:
    """Close the session, and roll back what is open, even when whoever waits is cancelled."""
    if session.in_transaction():
        await asyncio.shield(asyncio.create_task(session.close()))
    else:
        session.sync_session.close()  # it holds no connection, so there is nothing to wait for


def _count(session: AsyncSession, when: str) -> None:
    for count in session.info.pop(when, ()):
        count()


def once_over(session: AsyncSession, count: Callable[[], object]) -> None:
    """Do this when the transaction is over, however it ends, and will not be tried again."""
    session.info.setdefault(_ONCE_OVER, []).append(count)


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
    rows = await _lock(session, locking(statement, of), values)
    return rows.all()


def locking(statement: Select[*Columns], of: type[Base]) -> Select[*Columns]:
    """The statement as it locks the rows of one table, which it must put in key order."""
    return statement.with_for_update(key_share=True, of=of)


async def _lock(
    session: AsyncSession, statement: Select[Row], values: Mapping[str, Any] | None = None
) -> ScalarResult[Row]:
    await session.flush()  # or the fresh values would silently replace a change not yet written
    return await session.scalars(statement.execution_options(populate_existing=True), values)


def violated(error: DBAPIError) -> str | None:
    """The name of the constraint that a statement broke, if that is what happened."""
    cause: Any = getattr(error.orig, "__cause__", None)
    return getattr(cause, "constraint_name", None)
