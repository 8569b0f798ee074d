"""Where to measure: an embedded PostgreSQL in a temporary folder, gone after the run."""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
from pydantic import SecretStr
from sqlalchemy.engine import URL, make_url

from app.kit.cluster import cluster_of
from app.kit.embedded import lease
from app.kit.ground import Ground
from app.kit.settings import Environment, Settings, load_settings
from app.store import migrate

SECONDS_MAX: Final = 600.0
"""The longest statement of a set-up: an index or a copy of a million postings."""
SYNCS: Final = 200
SYNC_BYTES: Final = 8_192
_SETTINGS: Final = (
    "server_version",
    "synchronous_commit",
    "fsync",
    "full_page_writes",
    "wal_compression",
    "shared_buffers",
    "max_wal_size",
    "checkpoint_timeout",
)
_EXISTS: Final = (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError)
_FILLED: Final = """
    SELECT oid::regclass::text FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
"""


@dataclass(frozen=True)
class Place:
    """A PostgreSQL server to measure on, as its superuser sees it."""

    superuser: URL
    folder: Path
    """A temporary folder for keys, plans and logs."""
    cluster: Path
    """The server's files."""
    settings: Settings
    """Of the application, without a database."""

    def url(self, database: str, role: str | None = None) -> str:
        """The address for SQLAlchemy; of the superuser unless a role is named."""
        url = self.superuser.set(drivername="postgresql+asyncpg", database=database)
        if role is not None:
            url = url.set(username=role, password=None)
        return url.render_as_string(hide_password=False)

    def application_url(self, database: str) -> str:
        """The address for the application's limited role."""
        return self.url(database, migrate.APPLICATION_ROLE)

    async def connect(self, database: str = "postgres") -> "asyncpg.Connection[asyncpg.Record]":
        """A connection of the superuser."""
        url = self.url(database).replace("+asyncpg", "")
        return await asyncpg.connect(url, timeout=10, command_timeout=SECONDS_MAX)

    async def run(self, statement: str, database: str = "postgres") -> None:
        """Run statements as the superuser."""
        connection = await self.connect(database)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def value(self, asked: str, *parameters: object, database: str = "postgres") -> Any:
        """The one value that the superuser is told."""
        connection = await self.connect(database)
        try:
            return await connection.fetchval(asked, *parameters)
        finally:
            await connection.close()

    async def rows(self, asked: str, *parameters: object, database: str = "postgres") -> list[Any]:
        """The rows that the superuser is told."""
        connection = await self.connect(database)
        try:
            return list(await connection.fetch(asked, *parameters))
        finally:
            await connection.close()

    async def tidy(self, database: str) -> None:
        """Vacuum and analyze every table that has rows.

        An empty one is left as a new installation has it: PostgreSQL takes a table that was once
        found empty for one that stays so, and makes plans that read all of it.
        """
        filled = [name for (name,) in await self.rows(_FILLED, database=database)]
        if filled:
            await self.run(f"VACUUM ANALYZE {', '.join(filled)}", database)

    async def create(self, name: str, template: str = "template1") -> None:
        """Make a database anew, as a copy of another one."""
        await self.drop(name)
        await self.run(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {migrate.OWNER_ROLE}")

    async def drop(self, name: str) -> None:
        """Remove a database, whoever still uses it."""
        await self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    async def create_migrated(self, name: str) -> None:
        """Make a database with the application's schema and roles."""
        for made in migrate.ROLES:
            with suppress(*_EXISTS):
                await self.run(made)
        await self.create(name)
        urls = migrate.Urls(self.application_url(name), self.url(name, migrate.OWNER_ROLE))
        await migrate.upgrade(urls)

    def ground(self, database: str) -> Ground:
        """The application's means over one of the databases, its pool as it is shipped."""
        url = self.application_url(database)
        return Ground.of(self.settings.model_copy(update={"database_url": SecretStr(url)}), url)

    async def describe(self) -> dict[str, str]:
        """What decides the figures: the server's settings, the machine, a durable write."""
        found = {name: str(await self.value(f"SHOW {name}")) for name in _SETTINGS}
        load = " ".join(f"{one:.2f}" for one in os.getloadavg())
        return found | {
            "cores": str(len(os.sched_getaffinity(0))),
            "load_average_at_start": load,
            "fdatasync_microseconds": f"{fdatasync_microseconds(self.folder):.0f}",
        }


@contextmanager
def place() -> Iterator[Place]:
    """A server for this run alone.

    Raises:
        EmbeddedUnavailable: with one clear line, when the embedded one cannot start here.
    """
    with tempfile.TemporaryDirectory(prefix="timebank-bench-") as text:
        folder = Path(text)
        settings = load_settings(
            environment=Environment.TEST, data_folder=folder / "keys", log_level="ERROR"
        )
        with lease(folder / "data") as server:
            url = make_url(server.url("postgres", "postgres"))
            yield Place(url, folder, cluster_of(server.folder), settings)


def fdatasync_microseconds(folder: Path) -> float:
    """How long it takes to write one page durably: the median of many."""
    path, page, took = folder / "sync", bytes(SYNC_BYTES), list[float]()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        for _ in range(SYNCS):
            began = time.perf_counter()
            os.pwrite(descriptor, page, 0)
            os.fdatasync(descriptor)
            took.append(time.perf_counter() - began)
    finally:
        os.close(descriptor)
        path.unlink()
    return statistics.median(took) * 1e6
