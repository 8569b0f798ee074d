"""Applicants wait; a coordinator of their bank decides, once, and it is kept who and why."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from app.identity.access import Needs
from app.identity.rules import STAFF
from tests.contract import operations, problem
from tests.doings import NOWHERE, notices, same_as_absent, sql
from tests.town import PASSWORD, Person, Town, good, refused

FOR_EVERYONE_SIGNED_IN = {
    ("GET", "/v1/me/access-log"),
    ("GET", "/v1/me"),
    ("PATCH", "/v1/me"),
    ("DELETE", "/v1/me"),
    ("GET", "/v1/me/export"),
    ("GET", "/v1/sessions"),
    ("POST", "/v1/me/confirmation"),
    ("POST", "/v1/me/password"),
    ("POST", "/v1/me/recovery-codes"),
    ("GET", "/v1/me/recovery"),
    ("DELETE", "/v1/me/recovery/{id}"),
    ("GET", "/v1/me/second-factor"),
    ("POST", "/v1/me/second-factor"),
    ("DELETE", "/v1/me/second-factor"),
    ("POST", "/v1/me/second-factor/confirmation"),
    ("DELETE", "/v1/sessions/{id}"),
    ("GET", "/v1/me/passkeys"),
    ("POST", "/v1/me/passkeys"),
    ("POST", "/v1/me/passkeys/confirmation"),
    ("DELETE", "/v1/me/passkeys/{id}"),
    ("GET", "/v1/me/email"),
    ("POST", "/v1/me/email"),
    ("DELETE", "/v1/me/email"),
    ("GET", "/v1/me/terms"),
    ("POST", "/v1/me/terms"),
    ("POST", "/v1/me/sign-in-code"),
}


async def decide(person: Person, applicant: Person, decision: str) -> httpx.Response:
    path = f"/v1/applications/{applicant.member_id}/{decision}"
    return await person.post(path, {"reason": "We met at the library."})


async def waiting(coordinator: Person, query: str = "") -> list[str]:
    listed = good(await coordinator.get(f"/v1/applications{query}"))
    return [item["alias"] for item in listed["items"]]


async def test_an_applicant_sees_their_own_record_and_the_bank_and_nothing_else(
    town: Town, app: FastAPI
) -> None:
    nova = await town.applicant()
    good(await nova.get("/v1/bank"))
    open_to_them = set()
    for method, path, guard in operations(app):
        if guard.open_to_all:
            continue
        assert isinstance(guard, Needs)
        if not guard.roles:
            open_to_them.add((method, f"{path[:-36]}{{id}}" if path.count("-") == 4 else path))
            continue
        answer = await nova.ask(method, path)
        is_staffs = guard.roles <= STAFF
        expected = (404, "not-found") if is_staffs else (403, "not-a-member")
        found = problem(answer)
        assert (answer.status_code, found["type"]) == (expected[0], f"/problems/{expected[1]}")
    assert open_to_them == FOR_EVERYONE_SIGNED_IN


async def test_approval_makes_a_member_with_an_empty_account(town: Town) -> None:
    coordinator, nova = await town.staff("coordinator"), await town.applicant("Nova")
    view = good(await decide(coordinator, nova, "approval"))
    assert (view["id"], view["alias"], view["status"]) == (str(nova.member_id), "Nova", "active")
    me = good(await nova.get("/v1/me"))
    assert (me["status"], me["roles"]) == ("active", ["member"])
    account = await nova.account()
    del account["account_id"]
    assert account == {
        "balance_minutes": 0,
        "held_minutes": 0,
        "available_minutes": 0,
        "floor_minutes": -720,
    }


async def test_the_approved_are_told(town: Town) -> None:
    coordinator, nova = await town.staff("coordinator"), await town.applicant()
    good(await decide(coordinator, nova, "approval"))
    assert await notices(nova) == [("application_approved", str(nova.member_id))]


async def test_the_rejected_see_that_it_is_closed_and_nothing_more(town: Town) -> None:
    coordinator, nova = await town.staff("coordinator"), await town.applicant()
    assert good(await decide(coordinator, nova, "rejection"))["status"] == "rejected"
    again = await town.signed_in(nova.email)
    assert good(await again.get("/v1/me"))["status"] == "rejected"
    refused(await again.get("/v1/listings"), 403, "not-a-member")
    assert await waiting(coordinator) == []


@pytest.mark.parametrize("decision", ["approval", "rejection"])
async def test_who_decided_and_why_is_kept_and_the_reason_sealed(town: Town, decision: str) -> None:
    coordinator, nova = await town.staff("coordinator"), await town.applicant()
    answer = await decide(coordinator, nova, decision)
    assert "library" not in answer.text
    (row,) = await sql(
        town, "SELECT decided_by, decided_at, decision_reason_sealed AS reason FROM member"
    )
    assert row["decided_by"] == coordinator.login_id
    assert row["decided_at"] is not None
    assert b"library" not in row["reason"]
    assert nova.member_id is not None
    opened = town.ground.envelopes.open(row["reason"], "decision", town.bank_id, nova.member_id)
    assert opened == "We met at the library."


@pytest.mark.parametrize("first", ["approval", "rejection"])
@pytest.mark.parametrize("second", ["approval", "rejection"])
async def test_an_application_is_decided_once(town: Town, first: str, second: str) -> None:
    coordinator, nova = await town.staff("coordinator"), await town.applicant()
    decided = good(await decide(coordinator, nova, first))["status"]
    answer = refused(await decide(coordinator, nova, second), 409, "application-decided")
    assert answer["state"] == decided
    assert good(await nova.get("/v1/me"))["status"] == decided


async def test_coordinators_who_decide_at_once_decide_once(town: Town) -> None:
    coordinators = [await town.staff("coordinator") for _ in range(4)]
    nova = await town.applicant()
    decisions = ("approval", "rejection", "approval", "rejection")
    answers = await asyncio.gather(
        *(decide(*pair) for pair in zip(coordinators, [nova] * 4, decisions, strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    (kept,) = [answer.json()["status"] for answer in answers if answer.is_success]
    assert good(await nova.get("/v1/me"))["status"] == kept
    accounts = await sql(town, "SELECT account_id FROM account WHERE kind = 'member'")
    assert len(accounts) == (1 if kept == "active" else 0)


async def test_nobody_but_a_coordinator_decides(town: Town) -> None:
    nova = await town.applicant()
    for person in (nova, await town.member("Ana"), *[await town.staff(one) for one in OTHERS]):
        refused(await decide(person, nova, "approval"), 404, "not-found")
        refused(await person.get("/v1/applications"), 404, "not-found")
    assert good(await nova.get("/v1/me"))["status"] == "applicant"


OTHERS = ("moderator", "case_worker", "auditor", "admin")


async def test_an_applicant_of_another_bank_looks_like_none(
    town: Town, app: FastAPI, client: httpx.AsyncClient
) -> None:
    other = await Town.founded(app, client, "drugi")
    coordinator, theirs = await town.staff("coordinator"), await other.applicant()
    assert await waiting(coordinator) == []
    for decision in ("approval", "rejection"):
        absent = await coordinator.post(f"/v1/applications/{NOWHERE}/{decision}")
        same_as_absent(await decide(coordinator, theirs, decision), absent)
    assert good(await theirs.get("/v1/me"))["status"] == "applicant"


async def test_who_waits_longest_comes_first_page_by_page(town: Town) -> None:
    coordinator = await town.staff("coordinator")
    people = [await town.applicant(f"Nova {number}") for number in range(5)]
    found, cursor = [], ""
    for _ in range(3):
        page = good(await coordinator.get(f"/v1/applications?limit=2{cursor}"))
        found += [item["alias"] for item in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
        if len(found) == 2:  # who is decided meanwhile does not shift the pages
            good(await decide(coordinator, people[0], "approval"))
    assert page["next_cursor"] is None
    assert found == [f"Nova {number}" for number in range(5)]
    assert await waiting(coordinator) == found[1:]


async def test_who_invited_an_applicant_is_read_by_who_decides_and_by_nobody_else(
    town: Town,
) -> None:
    coordinator, ana = await town.staff("coordinator"), await town.member("Ana")
    body = {
        "bank": town.slug,
        "alias": "Nova",
        "email": "nova@example.org",
        "password": PASSWORD,
        "languages": ["sl"],
        "invitation": "Bor from the library",
        "terms_version": 1,
    }
    good(await town.client.post("/v1/members", json=body))
    (waiting,) = good(await coordinator.get("/v1/applications"))["items"]
    assert waiting["invitation"] == "Bor from the library"
    nova = await town.signed_in("nova@example.org")
    for person, path in ((nova, "/v1/me"), (ana, "/v1/me"), (nova, "/v1/notices")):
        assert "library" not in (await person.get(path)).text
    refused(await nova.get("/v1/applications"), 404, "not-found")
    (row,) = await sql(town, "SELECT m::text AS row FROM member m WHERE alias = 'Nova'")
    assert b"library".hex() not in row["row"]
    for wrong in ("", "x" * 65, "a\nb", 1):
        refused(
            await town.client.post("/v1/members", json=body | {"invitation": wrong}), 422, "unfit"
        )
    plain = {name: value for name, value in body.items() if name != "invitation"}
    good(await town.client.post("/v1/members", json=plain | {"email": "other@example.org"}))
    items = good(await coordinator.get("/v1/applications"))["items"]
    assert [one["invitation"] for one in items] == ["Bor from the library", None]
