"""Bringing a database to the present schema: roles, migrations, privileges."""

import asyncio
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from app.kit.embedded import Server
from app.store.privileges import MEMBERS_ROLE, SEALED_ROLE

ROOT: Final = Path(__file__).resolve().parents[2]
OWNER_ROLE: Final = "timebank_owner"
APPLICATION_ROLE: Final = "timebank_app"
DATABASE: Final = "timebank"
ROLES: Final = (
    f"CREATE ROLE {OWNER_ROLE} LOGIN",
    f"CREATE ROLE {APPLICATION_ROLE} LOGIN",
    # One statement, so that a second process finds all of it done, or none.
    f"""DO $$ BEGIN
        CREATE ROLE {SEALED_ROLE} NOLOGIN;
        ALTER ROLE {APPLICATION_ROLE} NOINHERIT;
        GRANT {SEALED_ROLE} TO {APPLICATION_ROLE};
    END $$""",
    f"CREATE ROLE {MEMBERS_ROLE} LOGIN NOINHERIT",
)
"""What makes the roles; the application may become the sealed one, and is not it by itself.

A process that serves members only (`TIMEBANK_SURFACE`) has a role that cannot become it.
"""
_EXISTS_ALREADY: Final = (
    asyncpg.DuplicateObjectError,
    asyncpg.DuplicateDatabaseError,
    asyncpg.UniqueViolationError,
)


@dataclass(frozen=True)
class Urls:
    """Where the database is: for the application, and for the owner who migrates."""

    application: str
    owner: str

    @property
    def are_of_one_role(self) -> bool:
        """Whether the application signs in as the owner."""
        return make_url(self.application).username == make_url(self.owner).username


def embedded_urls(server: Server, database: str = DATABASE) -> Urls:
    """The addresses in the embedded PostgreSQL."""
    return Urls(server.url(APPLICATION_ROLE, database), server.url(OWNER_ROLE, database))


async def may_open_records(engine: AsyncEngine) -> bool:
    """Whether the role of these connections could become the one that reads sealed records."""
    asked = text("SELECT pg_has_role(:role, 'MEMBER')")
    async with engine.connect() as connection:
        return bool(await connection.scalar(asked, {"role": SEALED_ROLE}))


async def prepare_embedded(server: Server, database: str = DATABASE) -> Urls:
    """Make the roles and the database, unless they are there."""
    url = server.url("postgres", "postgres").replace("+asyncpg", "")
    connection = await asyncpg.connect(url, timeout=10)
    try:
        for made in ROLES:
            await _unless_there(connection, made)
        await _unless_there(connection, f"CREATE DATABASE {database} OWNER {OWNER_ROLE}")
    finally:
        await connection.close(timeout=5)
    return embedded_urls(server, database)


async def upgrade(urls: Urls, revision: str = "head") -> None:
    """Run the migrations as the owner, then set the application role's privileges."""
    await asyncio.to_thread(command.upgrade, _config(urls), revision)


async def downgrade(urls: Urls, revision: str) -> None:
    """Take migrations back."""
    await asyncio.to_thread(command.downgrade, _config(urls), revision)


async def has_people(urls: Urls) -> bool:
    """Whether anybody can sign in to any bank."""
    engine = create_async_engine(urls.owner)
    try:
        async with engine.connect() as connection:
            return bool(await connection.scalar(text("SELECT EXISTS (SELECT FROM login)")))
    finally:
        await engine.dispose()


@cache
def head() -> str:
    """The newest revision that this program knows."""
    found = ScriptDirectory.from_config(_config(None)).get_current_head()
    assert found is not None, "there is at least one migration"
    return found


async def current(engine: AsyncEngine) -> str | None:
    """The database's revision; None when it was never migrated."""
    async with engine.connect() as connection:
        return await revision_of(connection)


async def revision_of(connection: AsyncConnection) -> str | None:
    """The revision of the database behind this connection; None when it was never migrated."""
    there = await connection.scalar(text("SELECT to_regclass('alembic_version')"))
    if there is None:
        return None
    found: str | None = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _config(urls: Urls | None) -> Config:
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    if urls is not None:
        config.attributes["url"] = urls.owner
        config.attributes["application_role"] = make_url(urls.application).username
    return config


async def _unless_there(connection: asyncpg.Connection, statement: str) -> None:
    try:
        await connection.execute(statement)
    except _EXISTS_ALREADY:
        return
