"""Requests made from the contract, good and bad: nothing breaks, nothing surprises."""

from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings
from pydantic import SecretStr
from schemathesis.python import asgi

from app.kit.settings import Settings
from app.main import create_app
from tests.conftest import FakeClock
from tests.databases import Cluster, Databases
from tests.fuzzing import CONTRACT, AnyCase, Served
from tests.life import Life
from tests.town import Town

EXAMPLES = 12
EXAMPLES_DEEP = 400
COMMON: dict[str, Any] = {
    "database": None,
    "deadline": None,
    "derandomize": True,
    "phases": [Phase.explicit, Phase.generate, Phase.shrink],
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}


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


@CONTRACT.parametrize()
@settings(max_examples=EXAMPLES, **COMMON)
def test_every_answer_is_documented_whatever_is_asked(case: AnyCase, served: Served) -> None:
    served.asks(case)


@pytest.mark.deep
@CONTRACT.parametrize()
@settings(max_examples=EXAMPLES_DEEP, **COMMON)
def test_every_answer_is_documented_however_long_one_asks(case: AnyCase, served: Served) -> None:
    served.asks(case)
