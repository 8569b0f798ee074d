"""A real PostgreSQL for every test: the embedded one, or TIMEBANK_TEST_DATABASE_URL.

Each test gets a database of its own, as the migrations leave it (`tests/databases.py`), with real
commits and the application's own limited role.
"""

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.kit.embedded import lease
from app.kit.ground import Ground
from app.kit.settings import Environment, Settings, load_settings
from app.main import create_app
from app.store import migrate
from tests.audit import Audit
from tests.databases import Cluster, Databases
from tests.locks import Locks
from tests.town import Town

TEMPLATE = "timebank_template"
# httpx looks for it with every request, on the whole path, which takes half a millisecond.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]  # Python's way of "not there"


gc.disable()  # until all tests are imported: what stays would be looked through again and again


def pytest_collection_finish() -> None:
    """Collect again, but for what is there by now."""
    gc.enable()
    gc.collect()
    gc.freeze()


class FakeClock:
    """A clock that tests set; it ticks a little with every reading, as real ones do."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.moment += timedelta(microseconds=1)
        return self.moment

    def advance(self, **by: float) -> None:
        self.moment += timedelta(**by)


@pytest.fixture(scope="session", autouse=True)
def audited() -> Iterator[Audit]:
    """Every statement that this process makes the program issue is judged, at the end."""
    audit = Audit()
    event.listen(Engine, "before_cursor_execute", audit.hear)
    yield audit
    event.remove(Engine, "before_cursor_execute", audit.hear)
    told = "\n".join(f"{asking} reads {table}: {sql}" for asking, table, sql in audit.findings())
    assert not told, f"these read past the predicate, see tests/audit.py:\n{told}"


@pytest.fixture(scope="session", autouse=True)
def locks() -> Iterator[Locks]:
    """Every lock that this process makes the program take is judged, at the end."""
    locks = Locks()
    event.listen(Engine, "before_cursor_execute", locks.hear)
    yield locks
    event.remove(Engine, "before_cursor_execute", locks.hear)
    assert not locks.unbound, "these lock rows and do not say of which bank, see tests/locks.py"


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    named = os.environ.get("TIMEBANK_TEST_DATABASE_URL")
    if named:
        yield Cluster(named)
        return
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with lease(shared / "postgres") as server:
        made = Cluster(server.url("postgres", "postgres"))
        asyncio.run(_hasten(made))
        yield made


async def _hasten(cluster: Cluster) -> None:
    """Spare the disk: databases come and go with every test, and crashes are tried elsewhere."""
    for setting in ("fsync", "full_page_writes"):
        await cluster.run(f"ALTER SYSTEM SET {setting} = off")
    await cluster.run("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
async def template(cluster: Cluster) -> str:
    """A migrated database to copy from; one a test process."""
    name = f"{TEMPLATE}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    await cluster.make_template(name)
    return name


@pytest.fixture(scope="session")
async def databases(cluster: Cluster, template: str) -> AsyncIterator[Databases]:
    databases = Databases(cluster, template)
    yield databases
    await databases.close()


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[str]:
    """The name of this test's own database."""
    name = await databases.take()
    yield name
    await databases.give_back(name)


@pytest.fixture
def urls(cluster: Cluster, database: str) -> migrate.Urls:
    return cluster.urls(database)


@pytest.fixture(scope="session")
def base_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder: Path = tmp_path_factory.mktemp("data")
    return load_settings(environment=Environment.TEST, data_folder=folder, log_level="ERROR")


@pytest.fixture
def settings(base_settings: Settings, urls: migrate.Urls) -> Settings:
    return base_settings.model_copy(
        update={
            "database_url": SecretStr(urls.application),
            "owner_database_url": SecretStr(urls.owner),
        }
    )


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def app(settings: Settings, clock: FakeClock, database: str, databases: Databases) -> FastAPI:
    app = create_app(settings, clock)
    ground: Ground = app.state.ground
    kind = (settings.database_url, settings.database_pool_max, settings.database_wait_seconds_max)
    app.state.ground = replace(ground, database=databases.pool(database, kind, ground.database))
    return app


@pytest.fixture
def ground(app: FastAPI) -> Ground:
    ground: Ground = app.state.ground
    return ground


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A stranger's client."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://timebank.test") as client:
        yield client


@pytest.fixture
async def town(app: FastAPI, client: httpx.AsyncClient) -> Town:
    """A founded bank with its staff, ready for members to join."""
    return await Town.founded(app, client)
