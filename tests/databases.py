"""Clean databases for tests: copied from a migrated template once, emptied and used again.

Copying one takes a third of a second of both cores, emptying one a fiftieth, and what each new
connection has to learn of types, tables and statements as much as all else that PostgreSQL does in
a test.
A database whose schema a test has touched is thrown away; connections outlast a test that left
each of them at rest.
"""

from collections import defaultdict
from contextlib import suppress
from typing import Final, TypeAlias
from uuid import uuid4

import asyncpg
from sqlalchemy.engine import make_url
from sqlalchemy.pool import QueuePool

from app.kit.db import Database
from app.store import migrate

BYTES_MAX: Final = 40_000_000
"""A database that a test made larger is not worth emptying."""
VERSION: Final = "alembic_version"
"""The only table with rows in a database that was only migrated."""
_VERSIONS: Final = f"SELECT string_agg(version_num, ',') FROM {VERSION}"
_TABLES: Final = """
    SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND NOT tablename = ANY($1)
"""
_SHAPE: Final = """
    SELECT string_agg(part, ',') FROM (
        SELECT count(*) || '-' || sum(xmin::text::bigint) AS part FROM pg_class
        UNION ALL SELECT count(*) || '-' || sum(xmin::text::bigint) FROM pg_attribute
        UNION ALL SELECT count(*) || '-' || sum(xmin::text::bigint) FROM pg_constraint
        UNION ALL SELECT count(*) || '-' || sum(xmin::text::bigint) FROM pg_proc
        UNION ALL SELECT count(*) || '-' || sum(xmin::text::bigint) FROM pg_trigger
    ) AS parts
"""
"""Any change of the schema, or of what may be done to it, writes a row of one of these."""
_OTHERS: Final = """
    FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_AT_REST: Final = f"SELECT count(*) FILTER (WHERE state = 'idle') = $1 AND count(*) = $1 {_OTHERS}"
_END_OTHERS: Final = f"SELECT pg_terminate_backend(pid, 5000) {_OTHERS}"


Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class Cluster:
    """A PostgreSQL server on which databases can be made."""

    def __init__(self, superuser_url: str) -> None:
        self.superuser_url = superuser_url

    def url(self, role: str, database: str) -> str:
        url = make_url(self.superuser_url).set(database=database, username=role)
        return url.render_as_string(hide_password=False)

    async def share_password(self) -> None:
        """Where the superuser signs in with a password, the program's roles get the same one."""
        password = make_url(self.superuser_url).password
        if password is None:
            return
        told = str(password).replace("'", "''")
        roles = (migrate.OWNER_ROLE, migrate.APPLICATION_ROLE)
        each = "".join(f"ALTER ROLE {role} PASSWORD '{told}';" for role in roles)
        await self.run(f"BEGIN; SELECT pg_advisory_xact_lock(0); {each} COMMIT")

    def urls(self, database: str) -> migrate.Urls:
        return migrate.Urls(
            self.url(migrate.APPLICATION_ROLE, database), self.url(migrate.OWNER_ROLE, database)
        )

    async def connect(self, database: str | None = None) -> Connection:
        url = make_url(self.superuser_url).set(drivername="postgresql")
        if database is not None:
            url = url.set(database=database)
        return await asyncpg.connect(url.render_as_string(hide_password=False), timeout=10)

    async def run(self, statement: str, database: str | None = None) -> None:
        connection = await self.connect(database)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def copy(self, template: str, name: str) -> None:
        """Make a database from another one, to which nobody may be connected."""
        owner = f"OWNER {migrate.OWNER_ROLE}"
        await self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy {owner}")

    async def drop(self, name: str) -> None:
        """Throw a database away, with whoever is still connected to it."""
        await self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    async def make_template(self, name: str) -> None:
        """A migrated database to copy from."""
        await self.drop(name)
        for made in migrate.ROLES:
            with suppress(asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
                await self.run(made)
        await self.share_password()
        await self.run(f"CREATE DATABASE {name} OWNER {migrate.OWNER_ROLE}")
        await migrate.upgrade(self.urls(name))


class Databases:
    """The clean databases of one test process."""

    def __init__(self, cluster: Cluster, template: str) -> None:
        self._cluster = cluster
        self._template = template
        self._free: list[str] = []
        self._pools = defaultdict[str, dict[tuple[object, ...], Database]](dict)
        self._hands = dict[str, Connection]()
        self._shape = ""
        self._version = ""
        self._tables: list[str] = []
        self._emptying = ""

    async def take(self) -> str:
        """The name of a database as the migrations leave it."""
        if self._free:
            return self._free.pop()
        name = f"test_{uuid4().hex}"
        await self._cluster.copy(self._template, name)
        if not self._shape:
            await self._know(name)
        return name

    def pool(self, name: str, kind: tuple[object, ...], otherwise: Database) -> Database:
        """The connections that outlast a test, of each kind one pool."""
        return self._pools[name].setdefault(kind, otherwise)

    async def give_back(self, name: str) -> None:
        """Empty it, or throw it away where that would not make it as it was."""
        if await self._is_emptied(name):
            self._free.append(name)
        else:
            await self._close_pools(name)
            await self._hands.pop(name).close()
            await self._cluster.drop(name)

    async def close(self) -> None:
        """Close every connection."""
        for name in self._pools:
            await self._close_pools(name)
        for hand in self._hands.values():
            await hand.close()

    async def keep(self, name: str) -> None:
        """Remember what is in a database, for `restore`."""
        copies = (f"CREATE TABLE kept.{_plain(one)} AS TABLE {one}" for one in self._tables)
        hand = await self._hand(name)
        await hand.execute("; ".join(("CREATE SCHEMA kept", *copies)))

    async def restore(self, name: str) -> None:
        """Make a database again what it was when it was kept."""
        rows = (
            f"INSERT INTO {one} OVERRIDING SYSTEM VALUE TABLE kept.{_plain(one)}"
            for one in self._tables
        )
        hand = await self._hand(name)
        await hand.execute("; ".join((self._emptying, *rows)))

    async def _know(self, name: str) -> None:
        hand = await self._hand(name)
        rows = await hand.fetch(_TABLES, [VERSION])
        self._tables = [row["name"] for row in rows]
        for table in self._tables:
            assert not await hand.fetchval(f"SELECT EXISTS (SELECT FROM {table})"), table
        self._shape = await hand.fetchval(_SHAPE)
        self._version = await hand.fetchval(_VERSIONS)
        deletes = "; ".join(f"DELETE FROM {table}" for table in self._tables)
        self._emptying = (
            f"SET session_replication_role = replica; {deletes}; SELECT pg_stat_reset()"
        )

    async def _hand(self, name: str) -> Connection:
        """A superuser's connection, which outlasts tests, unless one has ended it."""
        if name in self._hands:
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                await self._hands[name].execute("RESET ALL")
                return self._hands[name]
        self._hands[name] = await self._cluster.connect(name)
        return self._hands[name]

    async def _is_emptied(self, name: str) -> bool:
        hand = await self._hand(name)
        await self._leave_at_rest(name, hand)
        size = await hand.fetchval("SELECT pg_database_size(current_database())")
        if size > BYTES_MAX or await hand.fetchval(_SHAPE) != self._shape:
            return False
        if await hand.fetchval(_VERSIONS) != self._version:
            return False
        await hand.execute(self._emptying)
        return True

    async def _leave_at_rest(self, name: str, hand: Connection) -> None:
        """Keep the pools if all their connections live and rest, and there are no others."""
        pools = [one.engine.pool for one in self._pools[name].values()]
        resting = sum(one.checkedin() for one in pools if isinstance(one, QueuePool))
        if not await hand.fetchval(_AT_REST, resting):
            await self._close_pools(name)
            await hand.execute(_END_OTHERS)

    async def _close_pools(self, name: str) -> None:
        for pool in self._pools[name].values():
            await pool.close()


def _plain(table: str) -> str:
    """The name without its schema, of which there is one."""
    return table.rpartition(".")[2]
