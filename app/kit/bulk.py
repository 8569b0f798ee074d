"""Many rows in one statement: columns travel as arrays, so its text never depends on the number.

One text is prepared once; one `unnest` costs the database far less than as many statements.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Insert, Table, Update, and_, column, func, insert, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

from app.kit.db import Base
from app.kit.fetching import fetch
from app.kit.queries import handed_over

Values = Mapping[str, Any]


def table_of(mapped: type[Base]) -> Table:
    """The table of a mapped class."""
    table = mapped.__table__
    assert isinstance(table, Table), "every mapped class has a table of its own"
    return table


def given(**types: TypeEngine[Any]) -> TableValuedAlias:
    """The rows that `arrays` hands over, as something to select from and to join."""
    handed = [handed_over(f"given_{name}", kind) for name, kind in types.items()]
    names = [column(name, kind) for name, kind in types.items()]
    return func.unnest(*handed).table_valued(*names).render_derived()


def arrays(rows: Sequence[Values]) -> dict[str, list[Any]]:
    """The parameters for `given`: every column of these rows, which all have the same ones."""
    return {f"given_{name}": [row[name] for row in rows] for name in rows[0]}


async def insert_many(session: AsyncSession, table: type[Base], rows: Sequence[Values]) -> None:
    """Insert these rows; nothing when there are none."""
    if rows:
        await fetch(session, _insert(table_of(table), tuple(rows[0])), arrays(rows))


async def update_many(session: AsyncSession, table: type[Base], rows: Sequence[Values]) -> None:
    """Change the rows with these primary keys; every row names the same columns."""
    if rows:
        await fetch(session, _update(table_of(table), tuple(rows[0])), arrays(rows))


@cache
def _insert(table: Table, names: tuple[str, ...]) -> Insert:
    rows = given(**{name: table.c[name].type for name in names})
    return insert(table).from_select(list(names), rows.select())


@cache
def _update(table: Table, names: tuple[str, ...]) -> Update:
    rows = given(**{name: table.c[name].type for name in names})
    keys: list[Column[Any]] = list(table.primary_key)
    new = {name: rows.c[name] for name in names if not table.c[name].primary_key}
    return update(table).where(and_(*(key == rows.c[key.name] for key in keys))).values(new)
