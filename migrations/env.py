"""Alembic's environment: online only, over asyncpg, as the owner, under one lock."""

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.store.migrate import OWNER_ROLE
from app.store.privileges import grant
from app.store.schema import metadata

MIGRATION_LOCK = 7_411_563_294_201
LOCK_TIMEOUT = "10s"


def run(connection: Connection) -> None:
    """Migrate and grant in one transaction; a second migrator waits for the first."""
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    context.configure(connection=connection, target_metadata=metadata, compare_type=True)
    context.run_migrations()
    role = context.config.attributes.get("application_role") or OWNER_ROLE
    grant(connection, metadata, role)


async def main() -> None:
    """Connect as the owner and run."""
    engine = create_async_engine(
        context.config.attributes["url"],
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"timeout": 10},
    )
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(main())
