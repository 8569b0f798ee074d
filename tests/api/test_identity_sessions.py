"""Where I am signed in, and signing out of one place or of all."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from tests.contract import refresh, status_with
from tests.doings import NOWHERE, same_as_absent
from tests.town import JSON, Person, Town, good, refused


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
    listed = await sessions(ana)
    assert [item["is_current"] for item in listed] == [False, True]
    assert listed == sorted(listed, key=lambda item: str(item["created_at"]), reverse=True)
    assert [item["is_current"] for item in await sessions(second)] == [True, False]


async def test_a_session_shows_no_address_no_place_and_no_device(town: Town) -> None:
    ana = await town.member()
    (only,) = await sessions(ana)
    assert set(only) == {"id", "created_at", "is_current"}


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
    assert [await status_with(town, one.token) for one in everywhere] == [401] * 4
    for one in everywhere:
        refused(await refresh(town.client, one.refresh_token), 401, "refresh-refused")
    assert await status_with(town, bor.token) == 200
    assert await status_with(town, (await town.signed_in(ana.email)).token) == 200


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
