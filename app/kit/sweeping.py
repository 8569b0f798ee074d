"""Deleting or emptying what is no longer needed, in batches: nobody waits long for a lock."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, CursorResult, Table, delete, inspect, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.bulk import table_of
from app.kit.db import Base
from app.kit.queries import keys_of_some


async def delete_some(
    session: AsyncSession, table: Table | type[Base], where: ColumnElement[bool]
) -> int:
    """Delete at most `BATCH_MAX` such rows.

    Returns:
        How many went; 0 when none is left.
    """
    rows = table if isinstance(table, Table) else inspect(table).local_table
    some = keys_of_some(rows, where)
    result = await session.execute(delete(table).where(tuple_(*rows.primary_key).in_(some)))
    assert isinstance(result, CursorResult)
    return result.rowcount


async def update_some(
    session: AsyncSession,
    table: type[Base],
    where: ColumnElement[bool],
    values: Mapping[str, object],
) -> int:
    """Change at most `BATCH_MAX` such rows, so that they are such rows no more.

    Returns:
        How many changed; 0 when none is left.
    """
    rows = table_of(table)
    some = keys_of_some(rows, where)
    result = await session.execute(
        update(rows).where(tuple_(*rows.primary_key).in_(some)).values(values)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount
