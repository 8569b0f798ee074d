"""Signing in, and what an access token is good for."""

import asyncio

import httpx
from fastapi import FastAPI

from tests.contract import ask_token, bearer, eventually, problem, sign_in, status_with
from tests.doings import sql, varying
from tests.town import PASSWORD, Town, good, refused

GRANT = {"grant_type": "password", "username": "ana@example.org", "password": PASSWORD}
INCOMPLETE = [
    {"grant_type": "password"},
    {"grant_type": "password", "username": "ana@example.org"},
    {"grant_type": "password", "password": PASSWORD},
    {"grant_type": "password", "username": "", "password": ""},
    {"grant_type": "password", "refresh_token": "x"},
    {"grant_type": "refresh_token"},
    GRANT | {"grant_type": "refresh_token"},
]
UNFIT = [
    ("grant_type", {}),
    ("grant_type", GRANT | {"grant_type": "client_credentials"}),
    ("username", GRANT | {"username": "a" * 513}),
    ("username", GRANT | {"username": "a\x00b"}),
    ("password", GRANT | {"password": "x" * 513}),
    ("password", GRANT | {"password": "x\x00"}),
    ("bank", GRANT | {"bank": "A B"}),
    ("refresh_token", {"grant_type": "refresh_token", "refresh_token": "x" * 513}),
]
BAD_HEADERS = [b"", b"Bearer", b"Bearer ", b"Bearer x.y.z", b"Basic YTpi", b"Bearer \xff\x00"]


async def test_a_password_gets_a_short_lived_bearer_token(town: Town) -> None:
    ana = await town.member("Ana")
    tokens = good(await sign_in(town, ana.email))
    assert set(tokens) == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 600)
    me = good(await town.client.get("/v1/me", headers=bearer(tokens["access_token"])))
    assert me["id"] == str(ana.member_id)


async def test_the_address_is_compared_without_case_and_spaces(town: Town) -> None:
    await town.member(email="Ana.Kos@Example.org")
    good(await sign_in(town, " ana.kos@EXAMPLE.ORG "))


async def test_other_members_of_the_oauth_form_are_ignored(town: Town) -> None:
    ana = await town.member()
    good(await sign_in(town, ana.email, scope="all", client_id="", bank=town.slug))


async def test_wrong_password_unknown_address_and_unknown_bank_look_the_same(town: Town) -> None:
    ana = await town.member()
    answers = [
        await sign_in(town, ana.email, "four quite plain words"),
        await sign_in(town, "nobody@example.org"),
        await sign_in(town, ana.email, bank="nowhere"),
    ]
    assert refused(answers[0], 401, "wrong-credentials")["error"] == "invalid_grant"
    assert len({answer.content for answer in answers}) == 1
    assert varying(answers[0]) == varying(answers[1]) == varying(answers[2])


async def test_a_failed_sign_in_begins_no_session(town: Town) -> None:
    ana = await town.member()
    before = await sql(town, "SELECT session_id FROM session")
    await sign_in(town, ana.email, "four quite plain words")
    assert await sql(town, "SELECT session_id FROM session") == before


async def test_an_address_of_one_bank_is_unknown_in_another(
    town: Town, app: FastAPI, client: httpx.AsyncClient
) -> None:
    other = await Town.founded(app, client, "drugi")
    ana = await town.member()
    refused(await sign_in(town, ana.email, bank=other.slug), 401, "wrong-credentials")
    twin = await other.member(email=ana.email)
    tokens = good(await sign_in(town, ana.email, bank=other.slug))
    me = good(await client.get("/v1/me", headers=bearer(tokens["access_token"])))
    assert me["id"] == str(twin.member_id)


async def test_an_incomplete_form_is_oauths_invalid_request(town: Town) -> None:
    for form in INCOMPLETE:
        answer = refused(await ask_token(town.client, **form), 422, "unknown-grant")
        assert answer["error"] == "invalid_request"


async def test_a_form_that_does_not_fit_names_the_place(town: Town) -> None:
    for place, form in UNFIT:
        answer = refused(await ask_token(town.client, **form), 422, "unfit")
        assert [error["pointer"] for error in answer["errors"]] == [f"/body/{place}"]


async def test_the_token_endpoint_takes_a_form_and_not_json(town: Town) -> None:
    ana = await town.member()
    body = GRANT | {"username": ana.email}
    good(await town.client.post("/v1/token", data=body))
    refused(await town.client.post("/v1/token", json=body), 422, "unfit")


async def test_whatever_is_wrong_with_the_header_the_answer_is_one(town: Town) -> None:
    bare = await town.client.get("/v1/me")
    refused(bare, 401, "not-authenticated")
    assert bare.headers["www-authenticate"] == "Bearer"
    for header in BAD_HEADERS:
        answer = await town.client.get("/v1/me", headers={b"Authorization": header})
        assert (answer.content, varying(answer)) == (bare.content, varying(bare))


async def test_the_name_of_the_scheme_has_no_case(town: Town) -> None:
    ana = await town.member()
    answer = await town.client.get("/v1/me", headers={"Authorization": f"bEARER {ana.token}"})
    assert good(answer)["id"] == str(ana.member_id)


async def test_an_access_token_ends_after_its_seconds(town: Town) -> None:
    ana = await town.member()
    tokens = good(await sign_in(town, ana.email))
    await town.step_on(days=599 / 86_400)
    assert await status_with(town, tokens["access_token"]) == 200
    await town.step_on(days=1 / 86_400)
    assert await status_with(town, tokens["access_token"]) == 401


async def test_more_sign_ins_than_can_wait_are_told_to_return(town: Town) -> None:
    ana = await town.member()
    passwords = town.tools.passwords
    for _ in range(2):
        await passwords._slots.acquire()
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(sign_in(town, ana.email)) for _ in range(passwords._queue_max)]
        await eventually(lambda: passwords._waiting == passwords._queue_max)
        answer = await sign_in(town, ana.email)
        # Who waits for a password holds no connection: others are served meanwhile.
        good(await ana.get("/v1/me"))
        for _ in range(2):
            passwords._slots.release()
    assert refused(answer, 429, "too-many-sign-ins")
    assert answer.headers["retry-after"] == "5"
    assert {task.result().status_code for task in waiting} == {200}


async def test_a_changed_role_counts_from_the_next_request_on(town: Town) -> None:
    ana = await town.member()
    change = "UPDATE login SET roles = $2 WHERE login_id = $1"
    refused(await ana.get("/v1/applications"), 404, "not-found")
    await sql(town, change, ana.login_id, ["coordinator", "member"])
    good(await ana.get("/v1/applications"))
    await sql(town, change, ana.login_id, ["coordinator"])
    refused(await ana.get("/v1/me/account"), 403, "not-a-member")
    await sql(town, change, ana.login_id, ["member"])
    refused(await ana.get("/v1/applications"), 404, "not-found")


async def test_approval_opens_the_paths_of_members_to_the_same_token(town: Town) -> None:
    coordinator, nova = await town.staff("coordinator"), await town.applicant()
    refused(await nova.get("/v1/me/account"), 403, "not-a-member")
    good(await coordinator.post(f"/v1/applications/{nova.member_id}/approval"))
    assert good(await nova.get("/v1/me/account"))["balance_minutes"] == 0


async def test_a_refused_sign_in_says_so_in_slovene_too(town: Town) -> None:
    answer = await town.client.post("/v1/token", data=GRANT, headers={"Accept-Language": "sl"})
    assert problem(answer)["title"] == "Prijava ni uspela"
