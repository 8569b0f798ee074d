from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from alembic.script import ScriptDirectory
from asyncpg import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from app.store import migrate
from app.store.schema import metadata
from tests.databases import Cluster
from tests.partnership import Neighbour
from tests.schema import rows_in, schema_of
from tests.source import ROOT
from tests.town import Town, good

SCRIPTS = ScriptDirectory(str(ROOT / "migrations"))
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()]
"""Every revision, the newest first."""
BEFORE = dict(zip(REVISIONS, [*REVISIONS[1:], "base"], strict=True))
FILLED = 14
"""At least as many tables hold rows after the story; each migration must carry them over."""
NOT_CARRIED = {"opening", "opening_chain", "sealed_opening"}
"""What told in clear whose record a case worker had opened was not to be carried over (0040)."""


@pytest.fixture
async def connection(cluster: Cluster, database: str) -> AsyncIterator[Connection]:
    connection = await cluster.connect(database)
    yield connection
    await connection.close()


@pytest.fixture
async def declared(cluster: Cluster) -> AsyncIterator[str]:
    """A database made from the declared tables, without any migration."""
    name = f"declared_{uuid4().hex}"
    await cluster.run(f"CREATE DATABASE {name} OWNER {migrate.OWNER_ROLE}")
    engine = create_async_engine(cluster.urls(name).owner)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await engine.dispose()
    yield name
    await cluster.run(f"DROP DATABASE {name} WITH (FORCE)")


def test_the_migrations_are_one_line() -> None:
    assert len(SCRIPTS.get_heads()) == 1
    assert len(SCRIPTS.get_bases()) == 1
    assert migrate.head() == REVISIONS[0]
    assert [SCRIPTS.get_revision(one).down_revision or "base" for one in REVISIONS] == list(
        BEFORE.values()
    )


async def test_the_migrations_make_what_is_declared(
    cluster: Cluster, connection: Connection, declared: str
) -> None:
    other = await cluster.connect(declared)
    wanted = await schema_of(other)
    await other.close()
    assert len(wanted) > len(metadata.tables)
    assert await schema_of(connection) == wanted


async def test_every_migration_goes_down_and_up_again_under_a_towns_life(
    urls: migrate.Urls, connection: Connection, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ScriptDirectory, "from_config", lambda _: SCRIPTS)  # read once
    await _live(town)
    rows = await rows_in(connection)
    assert sum(map(bool, rows.values())) >= FILLED, rows
    newest = await schema_of(connection)
    for revision in REVISIONS:
        await _down_up_down(urls, connection, revision)
        kept = {t: n for t, n in (await rows_in(connection)).items() if t not in NOT_CARRIED}
        assert kept == {table: count for table, count in rows.items() if table in kept}
    assert await schema_of(connection) == {}
    await migrate.upgrade(urls)
    assert await schema_of(connection) == newest


async def _down_up_down(urls: migrate.Urls, connection: Connection, revision: str) -> None:
    """One migration back, forth and back; forth must make what was there before."""
    before = await schema_of(connection)
    await migrate.downgrade(urls, BEFORE[revision])
    below = await schema_of(connection)
    await migrate.upgrade(urls, revision)
    assert await schema_of(connection) == before, revision
    await migrate.downgrade(urls, BEFORE[revision])
    assert await schema_of(connection) == below, revision


async def _live(town: Town) -> None:
    """Something of everything: a settled, a held and a disputed exchange, messages, keys."""
    ana, bor = await town.member("Ana", minutes=120), await town.member("Bor", minutes=300)
    nova = await town.applicant()
    twin = {
        "alias": "Nova",
        "email": nova.email,
        "password": "four plain words",
        "languages": ["sl"],
    }
    good(await town.client.post("/v1/members", json=twin))
    await town.accepted(ana, bor)
    await town.settled(bor, ana)
    exchange = await town.delivered(ana, bor)
    path = f"/v1/exchanges/{exchange['id']}"
    good(await ana.post(f"{path}/messages", {"text": "At six?"}, key="once"))
    good(await bor.post(f"{path}/dispute", {"reason": "It was half an hour."}))
    neighbour = await Neighbour.of(town, "neighbour")
    await neighbour.transfer_of(town, await town.staff("admin"), ana)
