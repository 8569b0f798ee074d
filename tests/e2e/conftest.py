from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from pydantic import SecretStr
from schemathesis.python import asgi

from app.kit.embedded import lease
from app.kit.settings import Settings
from app.main import create_app
from tests.conftest import FakeClock
from tests.databases import Cluster, Databases
from tests.e2e.commands import new_folder, timebank
from tests.fuzzing import Served
from tests.life import Life
from tests.town import Town


@pytest.fixture
def empty_folder() -> Iterator[Path]:
    """The path of a data folder that is not there yet."""
    with new_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def bank_folder() -> Iterator[Path]:
    """A data folder with a bank; its PostgreSQL stays up, so that commands are quick."""
    with new_folder() as folder, lease(folder):
        assert timebank(folder, "bank", "create", "town", "--name", "Town").returncode == 0
        yield folder


@pytest.fixture(scope="module")
def used_folder() -> Iterator[Path]:
    """A data folder that was used before; nothing runs in it."""
    with new_folder() as folder:
        assert timebank(folder, "db", "upgrade").returncode == 0
        yield folder


@pytest.fixture(scope="module")
def prepared(cluster: Cluster, base_settings: Settings) -> Callable[[str], Settings]:
    def named(database: str) -> Settings:
        urls = cluster.urls(database)
        named = {
            "database_url": SecretStr(urls.application),
            "owner_database_url": SecretStr(urls.owner),
        }
        generous = {"open_listings_max": 10_000, "open_proposals_max": 10_000}
        return base_settings.model_copy(update=named | generous)

    return named


@pytest.fixture(scope="module")
async def seed(
    databases: Databases, prepared: Callable[[str], Settings]
) -> AsyncIterator[tuple[str, Life]]:
    """A bank's life in a database that every operation finds as it was."""
    name = await databases.take()
    app = create_app(prepared(name), FakeClock())
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://timebank.test"
    ) as client:
        life = await Life.of(await Town.founded(app, client), "Seed")
    await app.state.ground.database.close()
    await databases.keep(name)
    yield name, life
    await databases.give_back(name)


@pytest.fixture
async def served(
    databases: Databases, seed: tuple[str, Life], prepared: Callable[[str], Settings]
) -> AsyncIterator[Served]:
    name, life = seed
    await databases.restore(name)
    clock = FakeClock()
    clock.advance(seconds=1)
    with asgi.get_client(cast("Any", create_app(prepared(name), clock))) as session:
        served = Served(session, life)
        yield served
    asgi.shutdown_lifespans()
    assert served.reached(), f"no request got as far as a rule of ours: {served.statuses}"
