"""Deleting what is no longer needed, in batches, so that nobody waits long for a lock."""

from sqlalchemy import ColumnElement, CursorResult, Table, delete, inspect, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

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
