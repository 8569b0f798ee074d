"""Many rows in one statement: columns travel as arrays, so its text never depends on the number.

One text is prepared once; one `unnest` costs the database far less than as many statements.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Insert,
    Table,
    Update,
    any_,
    bindparam,
    column,
    func,
    insert,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
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


def is_given(key: Column[Any]) -> ColumnElement[bool]:
    """The condition that it is among what `arrays` hands over under its name.

    Beside a join to `given`, where the bank is a value of its own: by the join alone PostgreSQL may
    read all rows of the bank, if it takes it for one of average size.
    """
    return key == any_(bindparam(f"given_{key.name}", type_=ARRAY(key.type)))


def arrays(rows: Sequence[Values]) -> dict[str, list[Any]]:
    """The parameters for `given`: every column of these rows, which all have the same ones."""
    return {f"given_{name}": [row[name] for row in rows] for name in rows[0]}


async def insert_many(session: AsyncSession, table: type[Base], rows: Sequence[Values]) -> None:
    """Insert these rows; nothing when there are none."""
    if rows:
        await fetch(session, _insert(table_of(table), tuple(rows[0])), arrays(rows))


async def update_many(
    session: AsyncSession, bank_id: UUID, table: type[Base], rows: Sequence[Values]
) -> None:
    """Change rows of one bank by the rest of their primary keys; each names the same columns."""
    if rows:
        changed = {"bank_id": bank_id} | arrays(rows)
        await fetch(session, _update(table_of(table), tuple(rows[0])), changed)


@cache
def _insert(table: Table, names: tuple[str, ...]) -> Insert:
    rows = given(**{name: table.c[name].type for name in names})
    return insert(table).from_select(list(names), rows.select())


@cache
def _update(table: Table, names: tuple[str, ...]) -> Update:
    rows = given(**{name: table.c[name].type for name in names})
    keys = [key for key in table.primary_key if key is not table.c.bank_id]
    new = {name: rows.c[name] for name in names if not table.c[name].primary_key}
    of_bank = table.c.bank_id == bindparam("bank_id", type_=table.c.bank_id.type)
    each = (condition for key in keys for condition in (is_given(key), key == rows.c[key.name]))
    return update(table).where(of_bank, *each).values(new)
