"""Passkeys beside everything else: alike answers, recovery, staff, and pages that are not named."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from fastapi import FastAPI

from app.kit.settings import Environment
from tests.api.test_passkeys import answered, asked
from tests.authenticator import PATH, enrolled_passkey
from tests.contract import sign_in
from tests.doings import sql, varying
from tests.town import Town, good, refused
from tests.watching import watched


async def test_before_the_password_is_proved_a_passkey_shows_nowhere(
    town: Town, app: FastAPI
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    _, device = await enrolled_passkey(ana)
    question = await asked(town, ana)
    seen = set()
    for email in (ana.email, bor.email, "nobody@example.org"):
        for more in ({}, {"passkey": json.dumps(device.get(question))}):
            with watched(app) as watch:
                answer = await sign_in(town, email, "four quite plain words", **more)
            seen.add((answer.status_code, answer.content, str(varying(answer)), watch.all))
    assert len(seen) == 1


async def test_recovery_waits_for_who_has_a_passkey_and_takes_it_away(town: Town) -> None:
    ana = await town.member("Ana")
    codes = good(await ana.post("/v1/me/recovery-codes"))["codes"]
    await enrolled_passkey(ana)
    body = {"bank": town.slug, "email": ana.email, "code": codes[0]}
    good(await town.client.post("/v1/recovery", json=body))
    body["password"] = "four quite plain words"
    early = await town.client.post("/v1/recovery/confirmation", json=body)
    refused(early, 409, "too-early")
    await town.step_on(days=3)
    late = await town.client.post("/v1/recovery/confirmation", json=body)
    assert late.status_code == 204
    good(await sign_in(town, ana.email, body["password"]))
    assert await sql(town, "SELECT 1 FROM passkey") == []


@pytest.fixture
async def earnest(app: FastAPI, town: Town) -> AsyncIterator[Town]:
    """The same town in production, with its pages named."""
    ground = app.state.ground
    named = {"rp_id": "localhost", "rp_origins": "https://else.localhost, http://localhost:8000"}
    changes = {"environment": Environment.PRODUCTION, **named}
    app.state.ground = replace(ground, settings=ground.settings.model_copy(update=changes))
    yield town
    app.state.ground = ground


async def test_staff_in_production_may_have_a_passkey_instead_of_codes(earnest: Town) -> None:
    coordinator = await earnest.staff("coordinator")
    refused(await coordinator.get("/v1/applications"), 404, "not-found")
    passkey_id, device = await enrolled_passkey(coordinator)
    good(await coordinator.get("/v1/applications"))
    answer = device.get(await asked(earnest, coordinator))
    tokens = good(await answered(earnest, coordinator, answer))
    elsewhere = replace(coordinator, token=tokens["access_token"])
    good(await elsewhere.get("/v1/applications"))
    assert (await coordinator.delete(f"{PATH}/{passkey_id}")).status_code == 204
    for session in (coordinator, elsewhere):
        refused(await session.get("/v1/applications"), 404, "not-found")


async def test_production_that_names_no_pages_has_no_passkeys(earnest: Town) -> None:
    ana = await earnest.member("Ana")
    ground = earnest.ground
    unnamed = ground.settings.model_copy(update={"rp_id": None, "rp_origins": ""})
    earnest.app.state.ground = replace(ground, settings=unnamed)
    refused(await ana.post(PATH), 409, "passkeys-off")
    answer = await ana.post(f"{PATH}/confirmation", {"passkey": {}})
    refused(answer, 409, "passkeys-off")
