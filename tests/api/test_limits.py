"""Limits of requests: by login, by address prefix, by name; shared by all processes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from app.kit.limit_counts import share
from app.kit.limits import Counted, Limit, Limiter
from app.kit.settings import Environment, Settings
from app.main import create_app
from tests.contract import client_of, sign_in
from tests.doings import sql
from tests.town import PASSWORD, Town, good, refused

FEW = 3


def limited(limiter: Limiter) -> Limiter:
    """The same limits, each of a few."""
    few = {one: Limit(FEW, limit.window_seconds) for one, limit in limiter.limits.items()}
    return replace(limiter, limits=few, counts={})


@asynccontextmanager
async def client_at(app: FastAPI, address: str) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, client=(address, 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://timebank.test") as client:
        yield client


async def tried(client: httpx.AsyncClient, name: str, password: str) -> httpx.Response:
    form = {"grant_type": "password", "username": name, "password": password}
    return await client.post("/v1/token", data=form)


async def test_a_login_asks_so_often_in_a_minute_and_no_more(town: Town, app: FastAPI) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    app.state.limiter = limited(app.state.limiter)
    for _ in range(FEW):
        good(await ana.get("/v1/me"))
    for _ in range(2):
        refusal = await ana.get("/v1/me")
        refused(refusal, 429, "too-many-requests")
        assert 1 <= int(refusal.headers["retry-after"]) <= 60
    good(await ana.patch("/v1/me", {"alias": "Ana B."}))
    good(await bor.get("/v1/me"))
    await town.step_on(1 / 24 / 60)
    good(await ana.get("/v1/me"))


async def test_the_hot_way_is_limited_too(town: Town, app: FastAPI) -> None:
    ana = await town.member("Ana", minutes=60)
    app.state.limiter = limited(app.state.limiter)
    for _ in range(FEW):
        good(await ana.post("/v1/donations", {"minutes": 1}))
    refused(await ana.post("/v1/donations", {"minutes": 1}), 429, "too-many-requests")
    assert (await ana.account())["balance_minutes"] == 60 - FEW


async def test_processes_share_their_counts_without_a_round_trip_of_a_request(
    town: Town, app: FastAPI
) -> None:
    ana = await town.member("Ana")
    here, there = limited(app.state.limiter), limited(app.state.limiter)
    for limiter in (here, there):
        app.state.limiter = limiter
        for _ in range(2):
            good(await ana.get("/v1/me"))
    for limiter in (here, there):
        await share(town.ground, limiter)
    app.state.limiter = here
    good(await ana.get("/v1/me"))  # of this process the third; it learns of the others now
    await share(town.ground, here)
    refused(await ana.get("/v1/me"), 429, "too-many-requests")
    await share(town.ground, here)
    (row,) = await sql(town, "SELECT count, subject FROM rate_count WHERE counted = 'read'")
    assert row["count"] == 6, "a refusal is counted too, though its transaction never began"


async def test_a_guesser_uses_up_their_own_tries_and_locks_nobody_out(
    town: Town, app: FastAPI
) -> None:
    ana = await town.member("Ana")
    few = limited(app.state.limiter)
    app.state.limiter = replace(few, limits={**few.limits, Counted.ENTRY: Limit(100, 60)})
    async with client_at(app, "203.0.113.9") as guesser, client_at(app, "198.51.100.7") as hers:
        for _ in range(FEW):
            refused(await tried(guesser, ana.email, "wrong words here"), 401, "wrong-credentials")
        for name in (ana.email, f" {ana.email.upper()}"):
            refused(await tried(guesser, name, PASSWORD), 429, "too-many-requests")
        refused(await tried(guesser, "bor@example.org", "no"), 401, "wrong-credentials")
        good(await tried(hers, ana.email, PASSWORD))
    await share(town.ground, app.state.limiter)
    rows = await sql(town, "SELECT rate_count::text AS row FROM rate_count")
    assert rows
    assert not [one for one in rows if "203.0" in one["row"] or "@" in one["row"]]


async def test_whoever_has_taken_a_session_guesses_no_more_often_than_a_stranger(
    town: Town, app: FastAPI
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    earnest = town.ground.settings.model_copy(update={"environment": Environment.PRODUCTION})
    app.state.limiter = Limiter.of(earnest, b"k")
    wrong = {"password": "wrong words here"}
    tries = [("/v1/me/confirmation", wrong)] * 6
    body = {"current_password": "wrong words here", "password": "four quite plain words"}
    tries += [("/v1/me/password", body)] * 4
    for path, one in tries:
        refused(await ana.post(path, one), 401, "wrong-credentials")
    right = {"password": PASSWORD}
    for path, one in (("/v1/me/confirmation", right), ("/v1/me/password", body)):
        answer = await ana.post(path, one)
        refused(answer, 429, "too-many-requests")
        assert 1 <= int(answer.headers["retry-after"]) <= 900
    assert (await bor.post("/v1/me/confirmation", right)).status_code == 204
    good(await sign_in(town, ana.email))


async def test_strangers_are_counted_by_the_prefix_of_their_address(
    town: Town, app: FastAPI
) -> None:
    app.state.limiter = limited(app.state.limiter)
    for last in range(FEW):
        async with client_at(app, f"203.0.113.{last}") as client:
            good(await client.get("/v1/bank"))
    async with client_at(app, "203.0.113.200") as client:
        spoofed = {"X-Forwarded-For": "192.0.2.1"}
        refused(await client.get("/v1/bank", headers=spoofed), 429, "too-many-requests")
        good(await client.get("/healthz"))
    async with client_at(app, "203.0.114.200") as client:
        good(await client.get("/v1/bank"))


async def test_a_flood_never_reaches_the_database(town: Town, app: FastAPI) -> None:
    ana = await town.member("Ana")
    app.state.limiter = limited(app.state.limiter)
    for _ in range(FEW):
        good(await ana.get("/v1/me"))
    await town.ground.database.close()
    refused(await ana.get("/v1/me"), 429, "too-many-requests")
    assert "Connections in pool: 0" in town.ground.database.engine.pool.status()


@pytest.mark.parametrize(
    ("environment", "factor"), [(Environment.PRODUCTION, 1), (Environment.DEMO, 100)]
)
def test_the_demo_allows_a_hundred_times_more(
    base_settings: Settings, environment: Environment, factor: int
) -> None:
    limiter = Limiter.of(base_settings.model_copy(update={"environment": environment}), b"k")
    assert limiter.limits[Counted.READ].count_max == 600 * factor
    assert limiter.limits[Counted.GUESS] == (10 * factor, 900)


async def test_only_named_pages_may_call_from_a_browser(settings: Settings, town: Town) -> None:
    ours = "https://app.example.org"
    app = create_app(settings.model_copy(update={"cors_origins": f" {ours} ,https://b.example"}))
    async with client_of(app) as client:
        asked = {"Access-Control-Request-Method": "POST"}
        for origin, allowed in ((ours, ours), ("https://evil.example", None)):
            answer = await client.options("/v1/listings", headers={**asked, "Origin": origin})
            assert answer.headers.get("access-control-allow-origin") == allowed
            if allowed is None:
                assert refused(answer, 403, "foreign-page")["title"]
            answer = await client.get("/v1/me", headers={"Origin": origin})
            assert answer.headers.get("access-control-allow-origin") == allowed
            assert answer.status_code == 401
            assert "access-control-allow-credentials" not in answer.headers


async def test_only_production_demands_tls_of_browsers(settings: Settings, town: Town) -> None:
    for environment in Environment:
        app = create_app(settings.model_copy(update={"environment": environment}))
        async with client_of(app) as client:
            answer = await client.get("/healthz")
        told = answer.headers.get("strict-transport-security", "")
        assert ("max-age=63072000" in told) is (environment is Environment.PRODUCTION)


async def test_signing_in_counts_its_tries(town: Town, app: FastAPI) -> None:
    ana = await town.member("Ana")
    good(await sign_in(town, ana.email))
    counted = [key.counted for key in app.state.limiter.counts]
    assert {Counted.ENTRY, Counted.GUESS} <= set(counted)
