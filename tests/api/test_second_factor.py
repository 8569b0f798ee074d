"""A code beside the password: for members if they like, for staff in production always."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from fastapi import FastAPI

from app.identity.factors.codes import STEP_SECONDS, code_at
from app.kit.settings import Environment
from tests.contract import sign_in, status_with
from tests.doings import sql
from tests.town import PASSWORD, Person, Town, good, refused

PATH = "/v1/me/second-factor"
DAY = 86_400


def code_of(town: Town, seed: str, later: int = 0) -> str:
    return code_at(seed, int(town.ground.clock().timestamp()) // STEP_SECONDS + later)


async def enrolled(town: Town, person: Person) -> str:
    """The seed of a device that is confirmed."""
    seed = str(good(await person.post(PATH))["seed"])
    answer = await person.post(f"{PATH}/confirmation", {"code": code_of(town, seed)})
    assert answer.status_code == 204, answer.text
    await town.step_on(days=2 * STEP_SECONDS / DAY)
    return seed


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    # RFC 6238, appendix B, shortened to six digits; the seed there is the ASCII of 1 to 0, twice.
    assert code_at("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", seconds // STEP_SECONDS) == code


async def test_signing_in_asks_for_the_code_once_the_password_is_right(town: Town) -> None:
    ana = await town.member()
    good(await sign_in(town, ana.email))
    seed = await enrolled(town, ana)
    assert good(await ana.get(PATH)) == {"is_there": True, "is_needed": False}
    refused(await sign_in(town, ana.email, "four quite plain words"), 401, "wrong-credentials")
    asked = refused(await sign_in(town, ana.email), 401, "second-factor-needed")
    assert asked["error"] == "invalid_grant"
    refused(await sign_in(town, ana.email, code="12345"), 401, "wrong-code")
    good(await sign_in(town, ana.email, code=code_of(town, seed)))


async def test_a_code_is_good_once_even_at_once_and_for_its_neighbouring_steps(
    town: Town,
) -> None:
    ana = await town.member()
    seed = await enrolled(town, ana)
    code = code_of(town, seed, later=-1)
    answers = await asyncio.gather(*(sign_in(town, ana.email, code=code) for _ in range(4)))
    assert sorted(one.status_code for one in answers) == [200, 401, 401, 401]
    good(await sign_in(town, ana.email, code=code_of(town, seed)))
    refused(await sign_in(town, ana.email, code=code), 401, "wrong-code")
    refused(await sign_in(town, ana.email, code=code_of(town, seed, later=2)), 401, "wrong-code")


async def test_after_five_wrong_codes_none_is_looked_at_for_a_while(town: Town) -> None:
    ana = await town.member()
    seed = await enrolled(town, ana)
    for _ in range(5):
        refused(await sign_in(town, ana.email, code="000000"), 401, "wrong-code")
    refused(await sign_in(town, ana.email, code=code_of(town, seed)), 401, "wrong-code")
    await town.step_on(days=15 * 60 / DAY + 1 / DAY)
    good(await sign_in(town, ana.email, code=code_of(town, seed)))


async def test_a_device_counts_only_when_its_code_has_confirmed_it(town: Town) -> None:
    ana = await town.member()
    refused(await ana.post(f"{PATH}/confirmation", {"code": "123456"}), 404, "no-factor")
    first = good(await ana.post(PATH))
    second = good(await ana.post(PATH))
    assert first["seed"] != second["seed"]
    good(await sign_in(town, ana.email))
    wrong = {"code": code_of(town, first["seed"])}
    refused(await ana.post(f"{PATH}/confirmation", wrong), 401, "wrong-code")
    right = {"code": code_of(town, second["seed"])}
    assert (await ana.post(f"{PATH}/confirmation", right)).status_code == 204
    refused(await ana.post(PATH), 409, "factor-there")
    refused(await ana.post(f"{PATH}/confirmation", right), 409, "factor-there")


async def test_the_seed_is_sealed_and_taking_it_away_ends_it(town: Town) -> None:
    ana = await town.member()
    seed = await enrolled(town, ana)
    (row,) = await sql(town, "SELECT t::text AS text FROM totp t")
    assert seed.encode().hex() not in row["text"]
    body = {"password": PASSWORD}
    refused(await ana.post("/v1/me/confirmation", body), 401, "second-factor-needed")
    body |= {"code": code_of(town, seed)}
    assert (await ana.post("/v1/me/confirmation", body)).status_code == 204
    assert (await ana.delete(PATH)).status_code == 204
    good(await sign_in(town, ana.email))


@pytest.fixture
async def earnest(app: FastAPI, town: Town) -> AsyncIterator[Town]:
    """The same town where it is no demo."""
    ground = app.state.ground
    settings = ground.settings.model_copy(update={"environment": Environment.PRODUCTION})
    app.state.ground = replace(ground, settings=settings)
    yield town
    app.state.ground = ground


async def test_staff_in_production_reach_only_their_enrolment_until_they_have_done_it(
    town: Town, earnest: Town
) -> None:
    coordinator, ana = await earnest.staff("coordinator"), await earnest.member()
    nowhere = await coordinator.get("/v1/nowhere")
    answer = await coordinator.get("/v1/applications")
    refused(answer, 404, "not-found")
    assert answer.content == nowhere.content
    assert good(await coordinator.get(PATH)) == {"is_there": False, "is_needed": True}
    assert good(await coordinator.get("/v1/me"))["roles"] == []
    seed = await enrolled(earnest, coordinator)
    good(await coordinator.get("/v1/applications"))
    tokens = good(await sign_in(town, coordinator.email, code=code_of(town, seed)))
    assert await status_with(town, tokens["access_token"]) == 200
    assert good(await ana.get("/v1/me/account"))["balance_minutes"] == 0


async def test_a_staff_session_from_before_the_second_factor_stays_without_roles(
    earnest: Town,
) -> None:
    coordinator = await earnest.staff("coordinator")
    elsewhere = await earnest.signed_in(coordinator.email)
    await enrolled(earnest, coordinator)
    refused(await elsewhere.get("/v1/applications"), 404, "not-found")
    good(await coordinator.get("/v1/applications"))


async def test_whoever_takes_their_second_factor_away_is_staff_no_more(earnest: Town) -> None:
    coordinator = await earnest.staff("coordinator")
    seed = await enrolled(earnest, coordinator)
    tokens = good(await sign_in(earnest, coordinator.email, code=code_of(earnest, seed)))
    elsewhere = replace(coordinator, token=tokens["access_token"])
    good(await elsewhere.get("/v1/applications"))
    assert (await coordinator.delete(PATH)).status_code == 204
    for session in (coordinator, elsewhere):
        refused(await session.get("/v1/applications"), 404, "not-found")
        assert good(await session.get(PATH)) == {"is_there": False, "is_needed": True}
    await enrolled(earnest, coordinator)
    good(await coordinator.get("/v1/applications"))
    refused(await elsewhere.get("/v1/applications"), 404, "not-found")


async def test_staff_who_have_not_enrolled_cannot_leave_either(earnest: Town) -> None:
    ana = await earnest.member("Ana")
    change = "UPDATE login SET roles = $2 WHERE login_id = $1"
    await sql(earnest, change, ana.login_id, ["coordinator", "member"])
    assert good(await ana.get("/v1/me"))["roles"] == []
    refused(await ana.delete("/v1/me"), 409, "still-staff")
    await sql(earnest, change, ana.login_id, ["member"])
    assert (await ana.delete("/v1/me")).status_code == 204
