"""Limits that can be set at any time: whoever is past one can only come back."""

import asyncio

import pytest

from app.kit.errors import NotFound
from app.ledger.accounts.rules import Limits
from app.ledger.limits.operations import set_limits
from app.members import operations as members
from tests.doings import NOWHERE, account_id, books_are_whole, sql, stand, take, until
from tests.town import JSON, Person, Town, good, refused

WHY = {"reason": "We agreed on it."}


def _path(person: Person) -> str:
    return f"/v1/members/{person.member_id}/limits"


async def _limits(town: Town, person: Person) -> tuple[int, int | None, int, int | None]:
    (row,) = await sql(
        town,
        "SELECT floor_minutes, ceiling_minutes, policy_floor_minutes, policy_ceiling_minutes"
        " FROM account WHERE account_id = $1",
        await account_id(town, person),
    )
    floor, ceiling, policy_floor, policy_ceiling = row.values()
    return floor, ceiling, policy_floor, policy_ceiling


async def test_a_floor_that_is_raised_blocks_nobody_and_follows_the_member_up(town: Town) -> None:
    ana, bor = await town.member("Ana", minutes=600), await town.member("Bor", minutes=-500)
    desk = await town.staff("coordinator")
    good(await desk.patch(_path(bor), WHY | {"floor_minutes": -100}))
    assert await _limits(town, bor) == (-500, None, -100, None)
    refused(await bor.post("/v1/donations", {"minutes": 1}), 409, "not-enough-hours")
    await town.settled(bor, ana, minutes=150)
    assert await _limits(town, bor) == (-350, None, -100, None)
    refused(await bor.post("/v1/donations", {"minutes": 1}), 409, "not-enough-hours")
    await town.settled(bor, ana, minutes=300)
    assert await _limits(town, bor) == (-100, None, -100, None)
    good(await bor.post("/v1/donations", {"minutes": 50}))
    assert (await bor.account())["floor_minutes"] == -100
    good(await desk.patch(_path(bor), WHY | {"floor_minutes": -720}))
    assert await _limits(town, bor) == (-720, None, -720, None)
    await books_are_whole(town)


async def test_a_ceiling_counts_what_is_held_and_sinks_with_the_member(town: Town) -> None:
    ana, bor = await town.member("Ana", minutes=200), await town.member("Bor")
    desk = await town.staff("coordinator")
    good(await desk.patch(_path(ana), WHY | {"ceiling_minutes": 100}))
    assert await _limits(town, ana) == (-720, 200, -720, 100)
    proposal = await town.proposed(ana, bor, minutes=30)
    refused(await take(ana, proposal, "acceptance"), 409, "over-ceiling")
    good(await ana.post("/v1/donations", {"minutes": 150}))
    assert await _limits(town, ana) == (-720, 100, -720, 100)
    exchange = good(await take(ana, proposal, "acceptance"))
    problem = refused(
        await take(ana, await town.proposed(ana, bor, 30), "acceptance"), 409, "over-ceiling"
    )
    assert (problem["minutes"], problem["room_minutes"]) == (30, 20)
    good(await take(ana, exchange, "delivery", {"minutes": 90}))
    done = good(await take(bor, exchange, "confirmation"))
    assert done["settled_minutes"] == 30, "there was room for the agreed minutes"
    assert await stand(ana) == (80, 0, 80)
    good(await desk.patch(_path(ana), WHY | {"ceiling_minutes": None}))
    assert await _limits(town, ana) == (-720, None, -720, None)
    await books_are_whole(town)


async def test_a_limit_can_be_set_while_hours_are_held_and_counts_them(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    short, exchange = [await town.accepted(ana, bor, minutes) for minutes in (20, 60)]
    desk, admin = await town.staff("coordinator"), await town.staff("admin")
    nothing = WHY | {"floor_minutes": 0, "ceiling_minutes": 0}
    for person in (ana, bor):
        good(await desk.patch(_path(person), nothing))
    assert await _limits(town, ana) == (0, 80, 0, 0)
    assert await _limits(town, bor) == (-80, 0, 0, 0)
    cene, dana = await town.member("Cene"), await town.member("Dana")
    other = await town.accepted(cene, dana, minutes=45)
    good(await admin.patch("/v1/bank/limits", nothing))
    assert (await _limits(town, cene), await _limits(town, dana)) == ((0, 45, 0, 0), (-45, 0, 0, 0))
    for giver, receiver, one in ((ana, bor, short), (ana, bor, exchange), (cene, dana, other)):
        good(await take(giver, one, "delivery"))
        good(await take(receiver, one, "confirmation"))
        refused(await receiver.post("/v1/donations", {"minutes": 1}), 409, "not-enough-hours")
        good(await giver.post("/v1/donations", {"minutes": 1}))
    assert (await _limits(town, ana), await _limits(town, cene)) == ((0, 78, 0, 0), (0, 44, 0, 0))
    await books_are_whole(town)


async def test_only_members_accounts_get_limits_of_their_own(town: Town) -> None:
    (fund,) = await sql(town, "SELECT account_id FROM account WHERE kind = 'fund'")
    async with town.ground.database.begin() as session:
        work, limits = town.ground.work(session), Limits(-60, None)
        for account in (fund["account_id"], NOWHERE):
            with pytest.raises(NotFound):
                await set_limits(
                    work, town.bank_id, account, limits, if_match=None, by=None, reason="No."
                )


async def test_who_joins_while_the_banks_limits_change_has_the_new_ones(town: Town) -> None:
    admin, ana = await town.staff("admin"), await town.applicant("Ana")
    assert ana.member_id is not None

    async def waits() -> bool:
        return bool(await sql(town, "SELECT FROM pg_locks WHERE NOT granted"))

    async with town.ground.database.begin() as session:
        caller = await town.caller_of(admin)
        await members.approve(town.ground.work(session), caller, ana.member_id, reason=None)
        changing = asyncio.create_task(
            admin.patch("/v1/bank/limits", WHY | {"floor_minutes": -60, "ceiling_minutes": 600})
        )
        await until(waits)
    good(await changing)
    assert await _limits(town, ana) == (-60, 600, -60, 600)
    await books_are_whole(town)


async def test_whose_limit_it_is_is_told_and_of_anothers_no_number(town: Town) -> None:
    """Both must agree to what can be settled (law 5): of the other that much, and no more."""
    ana, bor = await town.member("Ana", minutes=90), await town.member("Bor")
    desk = await town.staff("coordinator")
    good(await desk.patch(_path(ana), WHY | {"ceiling_minutes": 100}))
    offer = await town.listing(bor, "request")
    body = {"listing_id": offer["id"], "minutes": 30}
    theirs = good(await ana.post("/v1/exchanges", body))
    problem = refused(await take(bor, theirs, "acceptance"), 409, "over-ceiling")
    assert problem.keys() == {"type", "title", "status", "detail"}
    for own in ("90", "100", "10"):
        assert own not in problem["detail"]
    hers = await town.proposed(ana, bor, minutes=721)
    await desk.patch(_path(ana), WHY | {"ceiling_minutes": None})
    problem = refused(await take(ana, hers, "acceptance"), 409, "not-enough-hours")
    assert problem.keys() == {"type", "title", "status", "detail"}


async def test_a_ceiling_holds_however_many_race_for_it(town: Town) -> None:
    ana, desk = await town.member("Ana"), await town.staff("coordinator")
    good(await desk.patch(_path(ana), WHY | {"ceiling_minutes": 100}))
    others = [await town.member(f"Bor {number}") for number in range(3)]
    asked = [await town.proposed(ana, others[number % 3], minutes=30) for number in range(6)]
    answers = await asyncio.gather(*(take(ana, one, "acceptance") for one in asked))
    assert sorted(one.status_code for one in answers) == [200] * 3 + [409] * 3
    await books_are_whole(town)


async def test_limits_are_set_on_what_was_read_and_never_by_oneself(town: Town) -> None:
    ana, desk = await town.member("Ana"), await town.staff("coordinator")
    read = await desk.get(_path(ana))
    assert good(read) == {"floor_minutes": -720, "ceiling_minutes": None}
    tag = {"If-Match": read.headers["ETag"]}
    good(await desk.patch(_path(ana), WHY | {"floor_minutes": -60}, headers=tag))
    refused(await desk.patch(_path(ana), WHY | {"floor_minutes": 0}, headers=tag), 412, "stale")
    assert (await desk.patch(_path(ana), {"floor_minutes": 0})).status_code == 422, "no reason"
    assert (await desk.patch(_path(ana), WHY | {"floor_minutes": 5})).status_code == 422
    await sql(
        town, "UPDATE login SET roles = '{member,coordinator}' WHERE member_id = $1", ana.member_id
    )
    ana = await town.signed_in(ana.email)
    refused(await ana.patch(_path(ana), WHY | {"floor_minutes": -900}), 409, "concerned")
    record: list[JSON] = await sql(town, "SELECT kind, policy_floor_minutes FROM account_change")
    assert record == [{"kind": "limits", "policy_floor_minutes": -60}]
    await books_are_whole(town)


async def test_the_banks_limits_are_those_of_all_who_have_none_of_their_own(town: Town) -> None:
    ana, bor = await town.member("Ana", minutes=300), await town.member("Bor", minutes=-400)
    desk, admin = await town.staff("coordinator"), await town.staff("admin")
    good(await desk.patch(_path(ana), WHY | {"ceiling_minutes": 900}))
    read = await admin.get("/v1/bank/limits")
    tag = {"If-Match": read.headers["ETag"]}
    change = WHY | {"floor_minutes": -360, "ceiling_minutes": 240}
    good(await admin.patch("/v1/bank/limits", change, headers=tag))
    refused(await admin.patch("/v1/bank/limits", change, headers=tag), 412, "stale")
    assert await _limits(town, ana) == (-720, 900, -720, 900)
    assert await _limits(town, bor) == (-400, 240, -360, 240)
    assert await _limits(town, await town.member("Cene")) == (-360, 240, -360, 240)
    refused(await desk.get("/v1/bank/limits"), 404, "not-found")
    await books_are_whole(town)


async def test_limits_of_a_bank_without_members_leave_the_books_proved(town: Town) -> None:
    admin, change = await town.staff("admin"), WHY | {"floor_minutes": -90, "ceiling_minutes": 90}
    good(await admin.patch("/v1/bank/limits", change))
    assert await sql(town, "SELECT deed_id FROM deed") == []
    await books_are_whole(town)
    assert await _limits(town, await town.member("Ana")) == (-90, 90, -90, 90)
