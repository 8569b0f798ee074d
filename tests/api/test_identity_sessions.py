"""Where I am signed in, and signing out of one place or of all."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from tests.contract import bearer, refresh, status_with
from tests.doings import NOWHERE, same_as_absent, sql, varying
from tests.town import JSON, PASSWORD, Person, Town, good, refused


async def sessions(person: Person) -> list[JSON]:
    return list(good(await person.get("/v1/sessions"))["items"])


async def current(person: Person) -> str:
    (one,) = [item["id"] for item in await sessions(person) if item["is_current"]]
    return str(one)


async def test_my_sessions_are_listed_newest_first_with_the_present_one_marked(
    town: Town,
) -> None:
    ana = await town.member()
    second = await town.signed_in(ana.email)
    await town.member("Bor")
    assert [item["is_current"] for item in await sessions(ana)] == [False, True]
    assert [item["is_current"] for item in await sessions(second)] == [True, False]


AGENTS = {
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605 Mobile/15E": "phone",
    "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile": "phone",
    "Mozilla/5.0 (Linux; Android 16; SM-X210) AppleWebKit/537.36 Chrome/140.0": "tablet",
    "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15": "tablet",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": "computer",
    "curl/8.15 \x00 10.1.2.3": "other",
}


async def test_a_session_shows_a_kind_of_device_and_a_day_and_nothing_else(town: Town) -> None:
    ana = await town.member()
    await sql(town, "DELETE FROM session WHERE login_id <> $1", ana.login_id)
    form = {"grant_type": "password", "username": ana.email, "password": PASSWORD}
    for agent in AGENTS:
        headers = {"User-Agent": agent.replace("\x00", "")}
        good(await town.client.post("/v1/token", data=form, headers=headers))
    shown = await sessions(ana)
    assert {frozenset(item) for item in shown} == {frozenset({"id", "device", "day", "is_current"})}
    assert [item["device"] for item in shown] == [*reversed(AGENTS.values()), "other"]
    assert {item["day"] for item in shown} == {"2026-03-02"}
    rows = str(await sql(town, "SELECT s::text FROM session s"))
    assert not [word for agent in AGENTS for word in agent.split() if word in rows]


async def test_a_session_that_has_run_out_is_not_listed(town: Town) -> None:
    ana = await town.member()
    await town.step_on(days=31)
    ana = await town.signed_in(ana.email)
    assert [item["is_current"] for item in await sessions(ana)] == [True]


async def test_signing_out_one_session_ends_it_at_once_and_no_other(town: Town) -> None:
    ana = await town.member()
    phone = await town.signed_in(ana.email)
    left = await current(phone)
    assert (await ana.delete(f"/v1/sessions/{left}")).status_code == 204
    refused(await phone.get("/v1/me"), 401, "not-authenticated")
    refused(await refresh(town.client, phone.refresh_token), 401, "refresh-refused")
    assert [item["id"] for item in await sessions(ana)] == [await current(ana)]
    assert (await ana.delete(f"/v1/sessions/{left}")).status_code == 204


async def test_i_can_sign_out_the_session_that_i_use(town: Town) -> None:
    ana = await town.member()
    assert (await ana.delete(f"/v1/sessions/{await current(ana)}")).status_code == 204
    refused(await ana.get("/v1/me"), 401, "not-authenticated")


async def test_signing_out_everywhere_counts_from_the_next_request_on(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    everywhere = [ana, *[await town.signed_in(ana.email) for _ in range(3)]]
    answer = await everywhere[1].delete("/v1/sessions")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'
    assert [await status_with(town, one.token) for one in everywhere] == [401] * 4
    for one in everywhere:
        refused(await refresh(town.client, one.refresh_token), 401, "refresh-refused")
    assert await status_with(town, bor.token) == 200
    assert await status_with(town, (await town.signed_in(ana.email)).token) == 200


async def test_signing_out_everywhere_is_always_answered_alike(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    over = await town.signed_in(bor.email)
    good_one = await ana.delete("/v1/sessions")
    tokens = ["", "x.y.z", ana.token, f"{ana.token}=", "A" * 5000]
    answers = [await town.client.delete("/v1/sessions", headers=bearer(one)) for one in tokens]
    answers += [await town.client.delete("/v1/sessions"), good_one]
    assert {(one.status_code, one.content, str(varying(one))) for one in answers} == {
        (204, b"", str(varying(good_one)))
    }
    assert await status_with(town, bor.token) == await status_with(town, over.token) == 200


async def test_an_access_token_that_is_over_still_signs_out_and_an_ended_session_does_not(
    town: Town,
) -> None:
    ana = await town.member()
    old = ana.token
    await town.step_on(days=1)
    present = await town.signed_in(ana.email)
    assert await status_with(town, old) == 401
    assert (await town.client.delete("/v1/sessions", headers=bearer(old))).status_code == 204
    refused(await present.get("/v1/me"), 401, "not-authenticated")
    again = await town.signed_in(ana.email)
    await town.client.delete("/v1/sessions", headers=bearer(old))
    assert await status_with(town, again.token) == 200


async def test_staff_sign_out_whoever_asks_for_it_and_learn_nothing(
    town: Town, app: FastAPI, client: httpx.AsyncClient
) -> None:
    other = await Town.founded(app, client, "drugi")
    coordinator, ana, eva = (
        await town.staff("coordinator"),
        await town.member("Ana"),
        await other.member("Eva"),
    )
    path = f"/v1/members/{ana.member_id}/sessions"
    answer = await coordinator.delete(path)
    assert (answer.status_code, answer.content) == (204, b"")
    absent = await coordinator.delete(f"/v1/members/{NOWHERE}/sessions")
    same_as_absent(await coordinator.delete(f"/v1/members/{eva.member_id}/sessions"), absent)
    assert await status_with(town, ana.token) == 401
    assert await status_with(town, eva.token) == 200
    refused(await eva.delete(path), 404, "not-found")


async def test_signing_out_everywhere_wins_against_refreshes_at_the_same_time(
    town: Town,
) -> None:
    ana = await town.member()
    phones = [await town.signed_in(ana.email) for _ in range(5)]
    refreshed = [refresh(town.client, phone.refresh_token) for phone in phones]
    *answers, left = await asyncio.gather(*refreshed, ana.delete("/v1/sessions"))
    assert left.status_code == 204
    pairs = [answer.json() for answer in answers if answer.is_success]
    assert {await status_with(town, pair["access_token"]) for pair in pairs} <= {401}
    for pair in pairs:
        refused(await refresh(town.client, pair["refresh_token"]), 401, "refresh-refused")


async def test_somebody_elses_session_looks_like_none_and_stays(
    town: Town, app: FastAPI, client: httpx.AsyncClient
) -> None:
    other = await Town.founded(app, client, "drugi")
    ana = await town.member("Ana")
    absent = await ana.delete(f"/v1/sessions/{NOWHERE}")
    for neighbour in (await town.member("Bor"), await other.member("Bor")):
        theirs = await current(neighbour)
        same_as_absent(await ana.delete(f"/v1/sessions/{theirs}"), absent)
        assert await status_with(town, neighbour.token) == 200


@pytest.mark.parametrize("who", ["applicant", "coordinator"])
async def test_everyone_who_is_signed_in_can_sign_out(town: Town, who: str) -> None:
    person = await (town.applicant() if who == "applicant" else town.staff(who))
    assert len(await sessions(person)) == 1
    assert (await person.delete("/v1/sessions")).status_code == 204
    refused(await person.get("/v1/me"), 401, "not-authenticated")
