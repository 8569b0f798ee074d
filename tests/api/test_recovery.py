"""Getting back in: with a printed code or in person, told to who is signed in; not by e-mail."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.api.test_second_factor import enrolled
from tests.contract import sign_in, status_with
from tests.doings import NOWHERE, notices, same_as_absent, sql, varying
from tests.town import PASSWORD, Person, Town, good, refused
from tests.watching import watched

NEW = "four quite plain words"
HOUR = 1 / 24


async def printed(person: Person) -> list[str]:
    return list(good(await person.post("/v1/me/recovery-codes"))["codes"])


async def begin(town: Town, email: str, code: str) -> httpx.Response:
    body = {"bank": town.slug, "email": email, "code": code}
    return await town.client.post("/v1/recovery", json=body)


async def finish(town: Town, email: str, code: str, password: str = NEW) -> httpx.Response:
    body = {"bank": town.slug, "email": email, "code": code, "password": password}
    return await town.client.post("/v1/recovery/confirmation", json=body)


async def begun(person: Person) -> list[Any]:
    return list(good(await person.get("/v1/me/recovery"))["items"])


@pytest.fixture
async def sheltered(town: Town) -> Town:
    await sql(town, "UPDATE bank SET preset = 'sheltered'")
    return town


async def test_a_neighbour_gets_back_in_with_a_printed_code_once(town: Town) -> None:
    ana = await town.member("Ana")
    first, second, *rest = await printed(ana)
    assert len({first, second, *rest}) == 10
    refused(await finish(town, ana.email, first), 401, "recovery-refused")  # not begun
    assert good(await begin(town, ana.email, first)) == {"status": "received"}
    assert ("recovery_begun", (await begun(ana))[0]["id"]) in await notices(ana)
    typed = first.replace("-", " ").lower().replace("0", "o")
    assert (await finish(town, ana.email, typed)).status_code == 204
    assert await status_with(town, ana.token) == 401
    refused(await sign_in(town, ana.email), 401, "wrong-credentials")
    good(await sign_in(town, ana.email, NEW))
    refused(await finish(town, ana.email, first), 401, "recovery-refused")
    good(await begin(town, ana.email, second))
    assert (await finish(town, ana.email, second, PASSWORD)).status_code == 204


async def test_where_home_may_be_the_danger_it_takes_three_days_and_can_be_stopped(
    sheltered: Town,
) -> None:
    ana = await sheltered.member("Ana")
    first, second, *_ = await printed(ana)
    good(await begin(sheltered, ana.email, first))
    early = refused(await finish(sheltered, ana.email, first), 409, "too-early")
    (item,) = await begun(ana)
    assert (item["by"], item["ready_at"]) == ("printed", early["ready_at"])
    assert (await ana.delete(f"/v1/me/recovery/{item['id']}")).status_code == 204
    assert await begun(ana) == []
    await sheltered.step_on(days=72 * HOUR)
    refused(await finish(sheltered, ana.email, first), 401, "recovery-refused")
    good(await begin(sheltered, ana.email, second))
    await sheltered.step_on(days=72 * HOUR - 1 / 86_400)
    refused(await finish(sheltered, ana.email, second), 409, "too-early")
    await sheltered.step_on(days=2 / 86_400)
    assert (await finish(sheltered, ana.email, second)).status_code == 204


async def test_a_second_factor_makes_a_neighbour_wait_too_and_is_gone_afterwards(
    town: Town,
) -> None:
    ana = await town.member("Ana")
    first, *_ = await printed(ana)
    await enrolled(town, ana)
    good(await begin(town, ana.email, first))
    refused(await finish(town, ana.email, first), 409, "too-early")
    await town.step_on(days=3)
    assert (await finish(town, ana.email, first)).status_code == 204
    good(await sign_in(town, ana.email, NEW))


async def test_a_coordinator_gives_a_code_in_person_which_works_after_three_days(
    town: Town, app: FastAPI, client: httpx.AsyncClient
) -> None:
    other = await Town.founded(app, client, "drugi")
    coordinator, ana = await town.staff("coordinator"), await town.member("Ana")
    path, reason = f"/v1/members/{ana.member_id}/recovery", {"reason": "I know her face."}
    given = good(await coordinator.post(path, reason))
    assert [item["by"] for item in await begun(ana)] == ["in_person"]
    assert (await notices(ana))[0][0] == "recovery_begun"
    early = refused(await finish(town, ana.email, given["code"]), 409, "too-early")
    assert early["ready_at"] == given["ready_at"]
    await town.step_on(days=3)
    assert (await finish(town, ana.email, given["code"])).status_code == 204
    good(await sign_in(town, ana.email, NEW))
    (row,) = await sql(town, "SELECT given_by, reason_sealed FROM recovery_code")
    assert row["given_by"] == coordinator.login_id
    assert b"face" not in row["reason_sealed"]
    coordinator = await town.staff("coordinator")
    eva = await other.member("Eva")
    absent = await coordinator.post(f"/v1/members/{NOWHERE}/recovery", reason)
    theirs = await coordinator.post(f"/v1/members/{eva.member_id}/recovery", reason)
    same_as_absent(theirs, absent)


async def test_a_code_is_used_once_even_at_once_and_ends_after_a_fortnight(town: Town) -> None:
    ana = await town.member("Ana")
    first, second, *_ = await printed(ana)
    good(await begin(town, ana.email, first))
    answers = await asyncio.gather(*(finish(town, ana.email, first) for _ in range(4)))
    assert sorted(one.status_code for one in answers) == [204, 401, 401, 401]
    good(await begin(town, ana.email, second))
    await town.step_on(days=14)
    refused(await finish(town, ana.email, second), 401, "recovery-refused")


async def test_new_codes_replace_those_that_were_printed_before(town: Town) -> None:
    ana = await town.member("Ana")
    old, new = (await printed(ana))[0], (await printed(ana))[0]
    for code in (old, new):
        good(await begin(town, ana.email, code))
    refused(await finish(town, ana.email, old), 401, "recovery-refused")
    assert (await finish(town, ana.email, new)).status_code == 204
    rows = str(await sql(town, "SELECT c::text FROM recovery_code c"))
    assert new not in rows
    assert new.replace("-", "").encode().hex() not in rows


async def test_whether_an_address_is_known_shows_nowhere(town: Town, app: FastAPI) -> None:
    ana, nova, bor = await town.member("Ana"), await town.applicant(), await town.member("Bor")
    theirs = (await printed(bor))[0]
    emails = ["nobody@example.org", ana.email, nova.email]
    for ask in (begin, finish):
        seen = set()
        for email in emails:
            for code in ("0000-0000-0000-0000", theirs):
                with watched(app) as watch:
                    answer = await ask(town, email, code)
                seen.add((answer.status_code, answer.content, str(varying(answer)), watch.all))
        assert len(seen) == 1
    assert await begun(bor) == []


async def test_a_changed_password_leaves_this_session_and_ends_all_others(town: Town) -> None:
    ana = await town.member("Ana")
    phone = await town.signed_in(ana.email)
    code = (await printed(ana))[0]
    good(await begin(town, ana.email, code))
    body = {"current_password": NEW, "password": NEW}
    refused(await ana.post("/v1/me/password", body), 401, "wrong-credentials")
    body["current_password"] = PASSWORD
    weak = await ana.post("/v1/me/password", body | {"password": "short"})
    assert refused(weak, 422, "weak-password")["reason"] == "too_short"
    assert (await ana.post("/v1/me/password", body)).status_code == 204
    assert await status_with(town, ana.token) == 200
    refused(await phone.get("/v1/me"), 401, "not-authenticated")
    refused(await sign_in(town, ana.email), 401, "wrong-credentials")
    good(await sign_in(town, ana.email, NEW))
    assert await begun(ana) == []
    refused(await finish(town, ana.email, code), 401, "recovery-refused")


async def test_two_open_applications_of_an_address_never_get_one_password(town: Town) -> None:
    """Signing in could not tell the two apart; two of an approved address are told apart by it."""
    one = await town.applicant("Nova", email="both@example.org", password=PASSWORD)
    other = await town.applicant("Nika", email="both@example.org", password="a word of her own")
    body = {"current_password": "a word of her own", "password": PASSWORD}
    weak = await other.post("/v1/me/password", body)
    assert refused(weak, 422, "weak-password")["reason"] == "common"
    assert (await town.signed_in("both@example.org")).member_id == one.member_id
    kept = await town.signed_in("both@example.org", "a word of her own")
    assert kept.member_id == other.member_id, "nothing was changed"
    body["password"] = NEW
    assert (await other.post("/v1/me/password", body)).status_code == 204
    assert (await town.signed_in("both@example.org", NEW)).member_id == other.member_id


async def test_what_is_known_of_a_person_makes_no_password_wherever_one_is_chosen(
    town: Town,
) -> None:
    ana = await town.member("Šparovec", email="zvezdana.kos@example.org")
    first, *_ = await printed(ana)
    good(await begin(town, ana.email, first))
    for personal in ("šparovec 1987", "Zvezdana-Kos!", f"{town.slug} {town.slug} 12"):
        change = {"current_password": PASSWORD, "password": personal}
        join = {"alias": "Šparovec", "email": ana.email, "password": personal, "languages": ["sl"]}
        for answer in (
            await ana.post("/v1/me/password", change),
            await finish(town, ana.email, first, personal),
            await town.client.post("/v1/members", json=join),
        ):
            assert refused(answer, 422, "weak-password")["reason"] == "personal"
    assert (await finish(town, ana.email, first, "zvezdana walks home late")).status_code == 204


async def test_nobody_stops_a_recovery_that_is_not_their_own(sheltered: Town) -> None:
    ana, bor = await sheltered.member("Ana"), await sheltered.member("Bor")
    good(await begin(sheltered, ana.email, (await printed(ana))[0]))
    (item,) = await begun(ana)
    absent = await bor.delete(f"/v1/me/recovery/{NOWHERE}")
    same_as_absent(await bor.delete(f"/v1/me/recovery/{item['id']}"), absent)
    assert await begun(bor) == []
    assert len(await begun(ana)) == 1
