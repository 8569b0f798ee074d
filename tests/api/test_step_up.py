"""What would do the most harm needs a proof of who is asking that is at most five minutes old."""

import httpx
import pytest
from fastapi import FastAPI

from app.identity.access import Needs
from tests.contract import almighty, operations
from tests.town import PASSWORD, Person, Town, good, refused

MINUTE = 1 / 1440
FRESH_ONLY = {
    "change_password",
    "get_my_export",
    "leave",
    "print_recovery_codes",
    "list_my_postings",
    "begin_second_factor",
    "delete_second_factor",
    "begin_passkey",
    "delete_passkey",
    "change_email",
    "publish_terms",
    "set_thresholds",
    "print_sign_in_code",
    "get_sealed",
    "write_sealed",
    "list_sealed_openings",
    "open_contact",
    "give_recovery_code",
    "export_journal",
    "change_bank",
    "change_safety",
}
"""Every operation that asks for it, some of them only for some requests."""


async def confirm(person: Person, password: str = PASSWORD, **more: str) -> httpx.Response:
    return await person.post("/v1/me/confirmation", {"password": password} | more)


async def test_a_statement_to_take_away_needs_a_fresh_proof_and_one_to_read_does_not(
    town: Town,
) -> None:
    ana = await town.member(minutes=60)
    path = "/v1/me/account/postings"
    assert (await ana.get(f"{path}?format=csv")).status_code == 200
    await town.step_on(days=5 * MINUTE)
    answer = await ana.get(f"{path}?format=csv")
    refused(answer, 401, "confirm-first")
    assert "insufficient_user_authentication" in answer.headers["www-authenticate"]
    refused(await ana.get(f"{path}?format=csv&format=json&format=csv"), 401, "confirm-first")
    good(await ana.get(path))
    refused(await confirm(ana, "four quite plain words"), 401, "wrong-credentials")
    refused(await ana.get(f"{path}?format=csv"), 401, "confirm-first")
    assert (await confirm(ana)).status_code == 204
    assert (await ana.get(f"{path}?format=csv")).status_code == 200


async def test_a_proof_holds_for_its_own_session_and_refreshing_is_none(town: Town) -> None:
    ana = await town.member(minutes=60)
    phone = await town.signed_in(ana.email)
    await town.step_on(days=5 * MINUTE)
    assert (await confirm(ana)).status_code == 204
    path = "/v1/me/account/postings?format=csv"
    assert (await ana.get(path)).status_code == 200
    form = {"grant_type": "refresh_token", "refresh_token": phone.refresh_token}
    phone.token = good(await town.client.post("/v1/token", data=form))["access_token"]
    refused(await phone.get(path), 401, "confirm-first")


async def test_the_operations_that_need_it_declare_it(town: Town, app: FastAPI) -> None:
    declared = {
        route.name
        for route in app.state.routes
        if isinstance(route.guard, Needs) and route.guard.fresh is not None
    }
    assert declared == FRESH_ONLY
    ana = await almighty(town)
    await town.step_on(days=5 * MINUTE)
    fresh = [one for one in operations(app) if isinstance(one.guard, Needs) and one.guard.fresh]
    for method, path, _ in fresh:
        refused(await ana.ask(method, f"{path}?format=csv"), 401, "confirm-first")


@pytest.mark.parametrize("seconds", [0, 299])
async def test_signing_in_is_a_proof_for_five_minutes(town: Town, seconds: int) -> None:
    ana = await town.member()
    await town.step_on(days=seconds / 86_400)
    assert (await ana.get("/v1/me/account/postings?format=csv")).status_code == 200
