"""What the operator sees, and what everyone sees when the database is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import SecretStr
from sqlalchemy import text

from app.kit.http import Public, Route, Working
from app.kit.reach import Relation, reaches
from app.kit.settings import Environment, Settings
from app.main import create_app
from tests.conftest import FakeClock
from tests.contract import bearer, client_of, protected
from tests.databases import Cluster
from tests.doings import sql
from tests.town import Town, good, refused

METRICS_TOKEN = "d2f0c5f6a1b94e7c8d3b" * 2
AWAY = [
    "postgresql+asyncpg://timebank_app@127.0.0.1:1/timebank",
    "postgresql+asyncpg://timebank_app@/timebank?host=/nonexistent",
]


@asynccontextmanager
async def app_with(settings: Settings, **changes: Any) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings.model_copy(update=changes), FakeClock())
    async with client_of(app) as client:
        yield client


def busy(answer: httpx.Response) -> None:
    refused(answer, 503, "busy")
    assert int(answer.headers["retry-after"]) > 0
    protected(answer)


async def test_a_healthy_server_says_so(client: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/readyz"):
        assert good(await client.get(path)) == {"status": "ok"}


async def test_when_the_database_is_away_we_are_alive_and_busy(
    settings: Settings, town: Town
) -> None:
    ana = await town.member()
    form = {"grant_type": "password", "username": "a", "password": "b"}
    for url in AWAY:
        async with app_with(settings, database_url=SecretStr(url)) as client:
            good(await client.get("/healthz"))
            good(await client.get("/.well-known/jwks.json"))
            busy(await client.get("/readyz"))
            busy(await client.get("/v1/bank"))
            busy(await client.get("/v1/nowhere", headers=bearer(ana.token)))
            busy(await client.post("/v1/token", data=form))
            refused(await client.get("/v1/me"), 401, "not-authenticated")


async def test_a_database_that_takes_no_more_connections_is_busy(
    settings: Settings, cluster: Cluster, database: str
) -> None:
    async with app_with(settings) as client:
        await cluster.run(f"ALTER DATABASE {database} CONNECTION LIMIT 0")
        busy(await client.get("/readyz"))
        await cluster.run(f"ALTER DATABASE {database} CONNECTION LIMIT -1")
        good(await client.get("/readyz"))


async def test_a_server_without_a_free_connection_is_busy(settings: Settings) -> None:
    changes = {"database_pool_max": 1, "database_wait_seconds_max": 0.1}
    app = create_app(settings.model_copy(update=changes))
    router, release, held = APIRouter(route_class=Route), asyncio.Event(), asyncio.Event()

    @router.get("/hold")
    @reaches(Relation.NOBODYS)
    async def hold(work: Working, _: Public) -> dict[str, Any]:
        await work.session.execute(text("SELECT 1"))
        held.set()
        await release.wait()
        return {}

    app.include_router(router)
    async with client_of(app) as client, asyncio.TaskGroup() as group:
        holding = group.create_task(client.get("/hold"))
        await held.wait()
        busy(await client.get("/readyz"))
        good(await client.get("/healthz"))
        release.set()
    assert holding.result().status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE alembic_version SET version_num = '0001'",
        "UPDATE alembic_version SET version_num = 'of a later program'",
        "DELETE FROM alembic_version",
        "DROP TABLE alembic_version",
    ],
)
async def test_a_schema_of_another_version_is_not_ready(town: Town, change: str) -> None:
    good(await town.client.get("/readyz"))
    await sql(town, change)
    answer = await town.client.get("/readyz")
    refused(answer, 503, "not-migrated")
    assert int(answer.headers["retry-after"]) > 0
    good(await town.client.get("/healthz"))


async def test_in_the_demo_the_numbers_are_open(town: Town) -> None:
    ana = await town.member()
    listing = await town.listing(ana)
    good(await ana.get(f"/v1/listings/{listing['id']}"))
    await ana.ask("BREW", f"/v1/listings/{listing['id']}")
    answer = await town.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    counted = 'timebank_requests_total{method="GET",operation="get_listing",status="200"}'
    assert counted in answer.text
    for hidden in (listing["id"], "/v1/", str(ana.member_id), "BREW"):
        assert hidden not in answer.text


async def test_in_production_the_numbers_are_not_for_members(
    settings: Settings, town: Town
) -> None:
    production = {"environment": Environment.PRODUCTION, "metrics_token": SecretStr(METRICS_TOKEN)}
    ana, admin = await town.member(), await town.staff("admin")
    async with app_with(settings, **production) as client:
        nothing = await client.get("/nowhere")
        for token in (ana.token, admin.token, "", METRICS_TOKEN[:-1], f"{METRICS_TOKEN}x", "ž"):
            headers = {b"Authorization": f"Bearer {token}".encode()}
            answer = await client.get("/metrics", headers=headers)
            refused(answer, 404, "not-found")
            assert answer.content == nothing.content
        refused(await client.get("/metrics"), 404, "not-found")
        answer = await client.get("/metrics", headers=bearer(METRICS_TOKEN))
        assert (answer.status_code, "timebank_requests_total" in answer.text) == (200, True)


async def test_in_production_there_are_no_numbers_without_a_token(settings: Settings) -> None:
    async with app_with(settings, environment=Environment.PRODUCTION) as client:
        refused(await client.get("/metrics"), 404, "not-found")
        refused(await client.get("/metrics", headers=bearer("")), 404, "not-found")
        refused(await client.get("/metrics", headers=bearer("None")), 404, "not-found")


async def test_in_production_the_contract_and_its_page_are_not_served(settings: Settings) -> None:
    async with app_with(settings, environment=Environment.PRODUCTION) as client:
        good(await client.get("/healthz"))
        for path in ("/docs", "/openapi.json", "/docs-assets/swagger-ui.css", "/redoc"):
            refused(await client.get(path), 404, "not-found")


async def test_a_head_request_is_counted_under_its_operation(client: httpx.AsyncClient) -> None:
    await client.head("/v1/bank")
    text_of = (await client.get("/metrics")).text
    assert 'timebank_requests_total{method="HEAD",operation="get_bank",status="404"}' in text_of


def test_a_route_that_does_not_say_who_may_use_it_stops_the_start(app: FastAPI) -> None:
    router = APIRouter(route_class=Route)
    with pytest.raises(RuntimeError, match="must declare who may use it"):
        router.add_api_route("/open", lambda: None)
