"""A code on paper names a login in the place of its e-mail, beside the password."""

from dataclasses import replace

import httpx
from fastapi import FastAPI

from app.kit.limits import Counted, Limit
from app.rights import operations as rights
from tests.api.test_limits import client_at, limited, tried
from tests.contract import sign_in
from tests.doings import NOWHERE, leaves, notices, same_as_absent, sql, varying
from tests.town import PASSWORD, Person, Town, good, refused
from tests.watching import watched

PATH = "/v1/me/sign-in-code"
WRONG = "four quite plain words"


async def printed(person: Person) -> str:
    return str(good(await person.post(PATH))["code"])


async def test_a_code_and_the_password_sign_in_however_the_code_is_typed(town: Town) -> None:
    ana = await town.member("Ana")
    code = await printed(ana)
    for typed in (code, code.lower(), code.replace("-", " "), code.replace("0", "o")):
        good(await sign_in(town, typed))
    good(await sign_in(town, ana.email))
    for wrong in (code[:-1], f"{code}7", "ABCD-EFGH-JKMN", "-", " ", "č", "x" * 512):
        refused(await sign_in(town, wrong), 401, "wrong-credentials")
    refused(await sign_in(town, code, WRONG), 401, "wrong-credentials")
    newer = await printed(ana)
    refused(await sign_in(town, code), 401, "wrong-credentials")
    good(await sign_in(town, newer))
    rows = str(await sql(town, "SELECT c::text FROM sign_in_code c"))
    assert newer not in rows
    assert newer.replace("-", "").encode().hex() not in rows


async def test_whether_a_code_is_known_shows_nowhere(town: Town, app: FastAPI) -> None:
    ana, nova = await town.member("Ana"), await town.applicant()
    seen = set()
    for code in (await printed(ana), await printed(nova), "ABCD-EFGH-JKMN"):
        with watched(app) as watch:
            answer = await sign_in(town, code, WRONG)
        seen.add((answer.status_code, answer.content, str(varying(answer)), watch.all))
    assert len(seen) == 1


async def test_the_desk_prints_one_for_a_member_who_is_told(
    town: Town, app: FastAPI, client: httpx.AsyncClient
) -> None:
    other = await Town.founded(app, client, "drugi")
    coordinator, ana, eva = (
        await town.staff("coordinator"),
        await town.member("Ana"),
        await other.member("Eva"),
    )
    old = await printed(ana)
    path = f"/v1/members/{ana.member_id}/sign-in-code"
    code = str(good(await coordinator.post(path))["code"])
    assert (await notices(ana))[0] == ("sign_in_code_printed", str(ana.member_id))
    refused(await sign_in(town, old), 401, "wrong-credentials")
    good(await sign_in(town, code))
    refused(await sign_in(town, code, bank=other.slug), 401, "wrong-credentials")
    absent = await coordinator.post(f"/v1/members/{NOWHERE}/sign-in-code")
    theirs = await coordinator.post(f"/v1/members/{eva.member_id}/sign-in-code")
    same_as_absent(theirs, absent)
    staff = "UPDATE login SET roles = '{auditor,member}' WHERE login_id = $1"
    await sql(town, staff, ana.login_id)
    same_as_absent(await coordinator.post(path), absent)


async def test_staff_find_a_member_by_the_code_and_the_member_can_read_that_they_did(
    town: Town,
) -> None:
    coordinator, ana = await town.staff("coordinator"), await town.member("Ana")
    body = {"code": (await printed(ana)).lower(), "reason": "She showed her card."}
    (found,) = good(await coordinator.post("/v1/members/lookup", body))["items"]
    assert found["id"] == str(ana.member_id)
    look, *_ = good(await ana.get("/v1/me/access-log"))["items"]
    assert look["reason"] == "She showed her card."
    nobody = await coordinator.post("/v1/members/lookup", body | {"code": "ABCD-EFGH-JKMN"})
    assert good(nobody)["items"] == []
    for both in ({"alias": "Ana"}, {"code": "ana@example.org"}, {"code": None}):
        refused(await coordinator.post("/v1/members/lookup", body | both), 422, "unfit")


async def test_a_code_is_guessed_as_seldom_as_an_address_however_it_is_spelled(
    town: Town, app: FastAPI
) -> None:
    code = await printed(await town.member("Ana"))
    few = limited(app.state.limiter)
    app.state.limiter = replace(few, limits={**few.limits, Counted.ENTRY: Limit(100, 60)})
    async with client_at(app, "203.0.113.9") as guesser:
        for typed in (code, code.replace("-", ""), code.lower().replace("-", " ")):
            refused(await tried(guesser, typed, WRONG), 401, "wrong-credentials")
        spelled = code.replace("0", "O").replace("1", "l")
        refused(await tried(guesser, spelled, PASSWORD), 429, "too-many-requests")


async def test_the_code_of_somebody_who_is_forgotten_is_gone(town: Town) -> None:
    ana = await town.member("Ana")
    await printed(ana)
    await leaves(town, ana)
    assert ana.member_id is not None
    async with town.ground.database.begin() as session:
        assert await rights.forget(town.ground.work(session), town.bank_id, ana.member_id)
    assert await sql(town, "SELECT 1 FROM sign_in_code") == []
