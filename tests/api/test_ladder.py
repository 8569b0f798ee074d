"""The vetting ladder: what each level may do, by every operation; nobody sees another's level."""

import asyncio
from dataclasses import replace
from typing import Final

import httpx
from fastapi import FastAPI

from app.identity.access import Needs
from app.identity.rules import Role
from app.members.rules import Level
from tests.asking import Asked, every_operation
from tests.crowd import crowd
from tests.doings import sql
from tests.stage import STATE_FOR, Undone
from tests.town import JSON, Person, Town, good, refused

DIFFERS: Final = {
    "propose_exchange": ["403", "403", "403", "201"],
    "accept_exchange": ["403", "403", "403", "200"],
    "counter_exchange": ["403", "403", "403", "200"],
    "write_message": ["403", "403", "403", "201"],
}
"""The only operations that answer by the level of whoever asks: for levels 0 to 3."""
ENDS: Final = (Level.NEW, Level.FULL)
"""Between these, whoever only reads is asked at no other level."""
HARD: Final = 5


async def safe(town: Town, **changes: object) -> JSON:
    admin = await town.staff("admin")
    return good(await admin.patch("/v1/bank/safety", {"reason": "So be it."} | changes))


async def give(town: Town, person: Person, level: int) -> None:
    await sql(town, "UPDATE member SET level = $1 WHERE member_id = $2", level, person.member_id)


async def proposes(person: Person, listing: JSON) -> httpx.Response:
    return await person.post("/v1/exchanges", {"listing_id": listing["id"], "minutes": 60})


async def test_one_to_one_is_for_the_top_of_the_ladder_and_nobody_sees_where_anybody_stands(
    app: FastAPI, town: Town
) -> None:
    ana, bor = await town.member("Ana", minutes=600), await town.member("Bor", minutes=600)
    states = ("proposed", "accepted", "delivered", "settled")
    ids = {state: (await getattr(town, state)(ana, bor))["id"] for state in states}
    listings = {"ana": (await town.listing(ana))["id"], "bor": (await town.listing(bor))["id"]}
    await safe(town, vetting_ladder=True)
    by_level, seen = dict[str, list[str]](), list[list[bytes]]()
    asked = of_members(app)
    with_nothing_kept(app)
    moment = town.ground.clock()
    for level in Level:
        await give(town, ana, level)
        for one in asked:
            if one.method != "GET" or level in ENDS:
                whose = "bor" if one.told["operationId"] == "propose_exchange" else "ana"
                answer = await ask(one, ana, ids, listings[whose])
                by_level.setdefault(one.told["operationId"], []).append(str(answer.status_code))
        if level in ENDS:
            vars(town.ground.clock)["moment"] = moment
            reads = [one for one in asked if one.method == "GET"]
            seen.append([(await ask(one, bor, ids, listings["ana"])).content for one in reads])
    assert {name: row for name, row in by_level.items() if len(set(row)) > 1} == DIFFERS
    assert seen[0] == seen[1]


def of_members(app: FastAPI) -> list[Asked]:
    """Every operation that a member may use."""
    guards = {(verb, one.path): one.guard for one in app.state.routes for verb in one.methods}
    found = []
    for one in every_operation(app.openapi()):
        guard = guards[one.method, one.path]
        if isinstance(guard, Needs) and (not guard.roles or Role.MEMBER in guard.roles):
            found.append(one)
    return found


def with_nothing_kept(app: FastAPI) -> None:
    """Every request finds the bank as it is."""
    ground = app.state.ground
    url = ground.settings.database_url.get_secret_value()
    database = Undone(url, pool_max=4, wait_seconds_max=5.0)
    app.state.ground = replace(ground, database=database)


async def ask(one: Asked, person: Person, ids: dict[str, str], listing_id: str) -> httpx.Response:
    state = STATE_FOR.get(one.told["operationId"], "proposed")

    def pick(name: str) -> str:
        known = {"exchange_id": ids[state], "listing_id": listing_id}
        return known.get(name, str(person.member_id))

    return await one.ask(person, pick)


async def test_a_group_session_lifts_who_was_met_and_takes_nobody_who_was_not(town: Town) -> None:
    await safe(town, vetting_ladder=True)
    ana, bor = await town.member("Ana"), await town.member("Bor")
    rows = await sql(town, "SELECT level FROM member")
    assert [row["level"] for row in rows] == [Level.MET] * 2, "approval says that they were met"
    desk = await town.staff("coordinator")
    body = {"giver_ids": [str(ana.member_id)], "receiver_ids": [str(bor.member_id)], "minutes": 60}
    await give(town, bor, Level.NEW)
    refused(await desk.post("/v1/group-sessions", body), 409, "somebody-not-met")
    await give(town, bor, Level.MET)
    await give(town, ana, Level.FULL)
    good(await desk.post("/v1/group-sessions", body))
    rows = await sql(town, "SELECT level FROM member ORDER BY alias")
    assert [row["level"] for row in rows] == [Level.FULL, Level.TOOK_PART]


async def test_whoever_tries_too_early_is_refused_and_it_is_kept(town: Town) -> None:
    await safe(town, vetting_ladder=True, alerts=True)
    bor, worker = await town.member("Bor"), await town.staff("case_worker")
    offers = await offers_of(town, 3)
    for offer in offers[:2]:
        refused(await proposes(bor, offer), 403, "not-met-yet")
    assert good(await worker.get("/v1/alerts"))["items"] == []
    refused(await proposes(bor, offers[2]), 403, "not-met-yet")
    refused(await proposes(bor, offers[2]), 403, "not-met-yet")
    (alert,) = good(await worker.get("/v1/alerts"))["items"]
    assert (alert["kind"], alert["people"], alert["times"]) == ("many_contacts", 3, 3)
    kept = await sql(
        town, "SELECT refused FROM contact_attempt WHERE member_id = $1", bor.member_id
    )
    assert [row["refused"] for row in kept] == [True] * 4


async def test_contacts_warn_first_and_then_end_for_the_day(town: Town) -> None:
    await safe(town, contacts_new_max=5, contacts_max=20, alerts=True)
    offers = await offers_of(town, 23)
    for level, warn, hard in ((Level.MET, 3, 5), (Level.FULL, 10, 20)):
        bor = await town.member("Bor")
        await give(town, bor, level)
        for number, offer in enumerate(offers[:hard], start=1):
            good(await proposes(bor, offer))
            people = [row["people"] for row in await alerts_of(town, bor)]
            assert people == ([warn] if number >= warn else [])
        for offer in offers[hard : hard + 3]:
            refused(await proposes(bor, offer), 429, "too-many-contacts")
        kept = "SELECT FROM contact_attempt WHERE refused AND member_id = $1"
        assert len(await sql(town, kept, bor.member_id)) == 3


async def test_fifty_at_once_pass_the_limit_as_little_as_fifty_in_turn(town: Town) -> None:
    await safe(town, contacts_new_max=HARD, contacts_max=HARD)
    bor, offers = await town.member("Bor"), 4 * await offers_of(town, 13)
    answers = await asyncio.gather(*(proposes(bor, offer) for offer in offers))
    for late in [n for n, answer in enumerate(answers) if answer.status_code == 503]:
        answers[late] = await proposes(bor, offers[late])
    reached = {
        offer["id"]
        for offer, answer in zip(offers, answers, strict=True)
        if answer.status_code == 201
    }
    assert len(reached) == HARD
    assert sorted(answer.status_code for answer in answers) == [201] * 20 + [429] * 32
    assert len(await sql(town, "SELECT FROM contact_attempt WHERE refused")) == 32


async def alerts_of(town: Town, person: Person) -> list[JSON]:
    return await sql(town, "SELECT * FROM alert WHERE member_id = $1", person.member_id)


async def offers_of(town: Town, many: int) -> list[JSON]:
    """Offers of as many people."""
    people = await crowd(town, (f"Cene {number}" for number in range(many)))
    return [{"id": str(one.listing_id)} for one in people.values()]
