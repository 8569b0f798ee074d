"""Plain rows: statements of hot operations, past the mapper and SQLAlchemy's execution.

Both take Python longer than the driver and the database together. What goes the direct way is what
SQLAlchemy would send: its text, over its connection, in its transaction, heard by its listeners;
and its errors are SQLAlchemy's. Only statements go that way whose values the driver takes and gives
as they are; not the first one of a transaction, with which SQLAlchemy begins it, and none inside a
savepoint.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import asyncpg
from sqlalchemy import ClauseElement, Connection, Executable, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import (
    ARRAY,
    Boolean,
    DateTime,
    Integer,
    LargeBinary,
    NullType,
    Text,
    TypeEngine,
    Uuid,
)

STATEMENTS_MAX: Final = 1_000
"""Statements of which the text is remembered; there are some dozens, all made once."""
_DIALECT: Final = make_url("postgresql+asyncpg://").get_dialect()()
_AS_THEY_ARE: Final = (Boolean, DateTime, Integer, LargeBinary, NullType, Text, Uuid)
_BROKEN: Final = "23"
"""How the states of broken constraints begin."""
_CONNECTION: Final = "connection"
_IS_PLAIN: Final = "is plain"


def begin_nothing(session: AsyncSession) -> None:
    """Say of a session that its statements stand outside transactions."""
    session.info[_IS_PLAIN] = True


async def fetch(
    session: AsyncSession, statement: Executable, values: Mapping[str, Any]
) -> Sequence[Any]:
    """Execute what is about plain columns and gives plain rows, or none.

    The statement should be made once: its text is remembered with it.
    """
    direct, connection = _direct(statement), await _ready(session)
    if direct is None or connection is None:
        return await _fetch_usually(session, statement, values)
    driver = connection.connection.driver_connection
    assert driver is not None, "it is open"
    try:
        return await direct.fetch(connection, driver, values)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        if driver.is_closed():  # SQLAlchemy sees it, and gives up all connections as old as this
            return await _fetch_usually(session, statement, values)
        if isinstance(error, OSError):
            raise
        raise direct.as_of_sqlalchemy(error) from error


async def _ready(session: AsyncSession) -> Connection | None:
    """The connection where a statement can go directly; None where SQLAlchemy has to begin first.

    So it has when nothing was sent yet, when a savepoint may not have been, and when an error took
    everything back.
    """
    connection: Connection | None = session.info.get(_CONNECTION)
    is_open = connection is not None and not connection.closed and not connection.invalidated
    if session.info.get(_IS_PLAIN):
        if not is_open:
            connection = session.info[_CONNECTION] = await session.run_sync(Session.connection)
        return connection
    if connection is None or not is_open or session.in_nested_transaction():
        return None
    return connection if connection.in_transaction() else None


async def _fetch_usually(
    session: AsyncSession, statement: Executable, values: Mapping[str, Any]
) -> Sequence[Any]:
    rows, session.info[_CONNECTION] = await session.run_sync(_executed, statement, values)
    return rows


def _executed(
    session: Session, statement: Executable, values: Mapping[str, Any]
) -> tuple[Sequence[Any], Connection]:
    connection, direct = session.connection(), _direct(statement)
    if direct is None:
        result = connection.execute(statement, values)
    else:
        result = connection.exec_driver_sql(direct.text, tuple(direct.ordered(values)))
    return result.all() if result.returns_rows else (), connection


@dataclass(frozen=True)
class _Direct:
    """A statement as the driver takes it."""

    text: str
    names: tuple[str, ...]
    """The values' names, in the order of their places."""
    fixed: Mapping[str, Any]
    """The values that the statement itself brings."""

    def ordered(self, values: Mapping[str, Any]) -> list[Any]:
        """The values in the order of their places."""
        given = {**self.fixed, **values}
        return [given[name] for name in self.names]

    async def fetch(
        self,
        connection: Connection,
        driver: "asyncpg.Connection[asyncpg.Record]",
        values: Mapping[str, Any],
    ) -> Sequence[Any]:
        ordered, is_many = self.ordered(values), False
        for hear in connection.dispatch.before_cursor_execute:
            hear(connection, None, self.text, tuple(ordered), None, is_many)
        rows: Sequence[Any] = await driver.fetch(self.text, *ordered)
        return rows

    def as_of_sqlalchemy(self, error: Exception) -> DBAPIError:
        """The error as SQLAlchemy would have raised it, without values and rows."""
        told = DriverError(error)
        kind = IntegrityError if (told.sqlstate or "").startswith(_BROKEN) else DBAPIError
        return kind(self.text, None, told, hide_parameters=True)


class DriverError(Exception):
    """What the driver raised: its message without the detail, which quotes rows."""

    def __init__(self, error: Exception) -> None:
        """Keep the state; the error itself is the cause."""
        super().__init__(*error.args[:1])
        self.sqlstate: str | None = getattr(error, "sqlstate", None)
        self.__cause__ = error


@lru_cache(STATEMENTS_MAX)
def _direct(statement: Executable) -> _Direct | None:
    """What to hand to the driver; None when SQLAlchemy has more to do than to hand it over."""
    assert isinstance(statement, ClauseElement), "whatever can be executed is made of clauses"
    compiled = statement.compile(dialect=_DIALECT)
    assert isinstance(compiled, SQLCompiler), "rows are changed here, not tables"
    binds = compiled.binds
    columns = getattr(statement, "exported_columns", ())
    kinds = [one.type for one in (*binds.values(), *columns)]
    is_whole = not compiled.prefetch and not compiled.post_compile_params
    if not is_whole or not all(map(_is_as_it_is, kinds)):
        return None
    names = tuple(compiled.positiontup or ())
    fixed = {name: binds[name].value for name in names if not binds[name].required}
    return _Direct(compiled.string, names, fixed)


def _is_as_it_is(kind: TypeEngine[Any]) -> bool:
    inner = kind.item_type if isinstance(kind, ARRAY) else kind
    return isinstance(inner, _AS_THEY_ARE)
