"""The one select that the kit itself needs."""

from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, select

BATCH_MAX: Final = 1_000
"""Rows deleted in one transaction: some milliseconds of locks."""


def keys_of_some(table: FromClause, where: ColumnElement[bool]) -> Select[Any]:
    """The primary keys of at most `BATCH_MAX` such rows."""
    return select(*table.primary_key).where(where).limit(BATCH_MAX)
