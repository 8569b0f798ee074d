"""Whether an address has a login shows nowhere: not in an answer, nor in what it costs to give it.

The same is asked about addresses in every state. Equal must be the status, the bytes, the headers,
the SQL statements in their order, and how many passwords were hashed.
"""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI

from tests.contract import sign_in
from tests.doings import leaves, notices, sql, varying
from tests.town import PASSWORD, Town, good, refused
from tests.watching import watched

WRONG = "four quite plain words"
Ask = Callable[[Town, str], Awaitable[httpx.Response]]


async def states(town: Town) -> dict[str, str]:
    """An address for each of the ways in which a bank can know one, or not."""
    coordinator = await town.staff("coordinator")
    member, leaver, declined = (
        await town.member("Ana"),
        await town.member("Lev"),
        await town.applicant("Nina"),
    )
    await leaves(town, leaver)
    banned = await town.member("Beno")
    await sql(town, "UPDATE login SET roles = '{}' WHERE login_id = $1", banned.login_id)
    good(await coordinator.post(f"/v1/applications/{declined.member_id}/rejection"))
    return {
        "absent": "nobody@example.org",
        "member": member.email,
        "applicant": (await town.applicant()).email,
        "declined": declined.email,
        "left": leaver.email,
        "banned": banned.email,
        "staff": coordinator.email,
    }


async def sign_in_wrongly(town: Town, email: str) -> httpx.Response:
    return await sign_in(town, email, WRONG)


async def ask_to_join(town: Town, email: str) -> httpx.Response:
    body = {"alias": "Nova", "email": email, "password": WRONG, "languages": ["sl"]}
    return await town.client.post("/v1/members", json=body)


async def join_and_sign_in(town: Town, email: str) -> httpx.Response:
    """Join with somebody's address and sign in with what one chose oneself."""
    good(await ask_to_join(town, email))
    answer = await sign_in(town, email, WRONG)
    token = good(answer)["access_token"]
    me = await town.client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
    good(me)
    return httpx.Response(me.status_code, json=me.json() | {"id": "own"})


@pytest.mark.parametrize("ask", [sign_in_wrongly, ask_to_join, join_and_sign_in])
async def test_every_state_of_an_address_looks_and_costs_the_same(
    town: Town, app: FastAPI, ask: Ask
) -> None:
    answers, costs = {}, {}
    for state, email in (await states(town)).items():
        with watched(app) as seen:
            answer = await ask(town, email)
        answers[state] = (answer.status_code, answer.content, str(varying(answer)))
        costs[state] = seen.all
    assert set(answers.values()) == {answers["absent"]}
    assert set(costs.values()) == {costs["absent"]}, {one: len(costs[one][0]) for one in costs}
    assert costs["absent"][1] >= 1


async def test_many_logins_of_an_address_cost_one_hash_and_each_password_opens_its_own(
    town: Town, app: FastAPI
) -> None:
    ana = await town.member("Ana")
    for number in range(5):
        body = {"alias": f"Nova {number}", "email": ana.email, "languages": ["sl"]}
        good(await town.client.post("/v1/members", json=body | {"password": f"{WRONG} {number}"}))
    with watched(app) as seen:
        twin = await town.signed_in(ana.email, f"{WRONG} 3")
    assert seen.hashes == 1
    assert good(await twin.get("/v1/me"))["alias"] == "Nova 3"
    assert good(await (await town.signed_in(ana.email)).get("/v1/me"))["alias"] == "Ana"


async def test_only_the_coordinator_hears_that_an_address_is_taken(town: Town) -> None:
    coordinator, ana = await town.staff("coordinator"), await town.member("Ana")
    good(await ask_to_join(town, ana.email))
    twin = await town.signed_in(ana.email, WRONG)
    path = f"/v1/applications/{twin.member_id}"
    refused(await coordinator.post(f"{path}/approval"), 409, "email-taken")
    me = good(await twin.get("/v1/me"))
    assert (me["status"], me["roles"]) == ("applicant", [])
    assert [kind for kind, _ in await notices(ana)] == ["application_approved"]
    assert await sql(town, "SELECT 1 FROM notice WHERE member_id = $1", twin.member_id) == []
    assert len(await sql(town, "SELECT 1 FROM account WHERE kind = 'member'")) == 1
    good(await coordinator.post(f"{path}/rejection"))
    assert good(await (await town.signed_in(ana.email)).get("/v1/me"))["status"] == "active"


async def test_who_was_declined_may_ask_again_with_the_same_password(town: Town) -> None:
    coordinator, nova = await town.staff("coordinator"), await town.applicant("Nova")
    good(await coordinator.post(f"/v1/applications/{nova.member_id}/rejection"))
    body = {"alias": "Nova", "email": nova.email, "password": PASSWORD, "languages": ["sl"]}
    good(await town.client.post("/v1/members", json=body))
    again = await town.signed_in(nova.email)
    assert again.member_id != nova.member_id
    assert good(await again.get("/v1/me"))["status"] == "applicant"


async def test_a_password_changed_while_it_is_checked_opens_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = await town.member("Ana")
    matching = type(town.tools).matching

    async def slowly(*arguments: object) -> object:
        found = await matching(*arguments)  # type: ignore[arg-type]  # passed on as they came
        await sql(town, "UPDATE login SET password_hash = password_hash || 'x'")
        return found

    monkeypatch.setattr(type(town.tools), "matching", slowly)
    refused(await sign_in(town, ana.email), 401, "wrong-credentials")
