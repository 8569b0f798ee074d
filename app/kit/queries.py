"""The selects that the kit itself needs."""

from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, ScalarSelect, Select, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

BATCH_MAX: Final = 1_000
"""Rows deleted in one transaction: some milliseconds of locks."""


def keys_of_some(table: FromClause, where: ColumnElement[bool]) -> Select[Any]:
    """The primary keys of at most `BATCH_MAX` such rows."""
    return select(*table.primary_key).where(where).limit(BATCH_MAX)


def handed_over(name: str, kind: TypeEngine[Any]) -> ScalarSelect[Any]:
    """An array of this name among the values of a statement.

    As a subquery: otherwise PostgreSQL counts what is in it, finds that a plan for just so many is
    cheaper than the one that it keeps, and plans anew each time, which takes longer than the rest.
    """
    return select(bindparam(name, type_=ARRAY(kind))).scalar_subquery()
