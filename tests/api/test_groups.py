"""Group sessions: everybody's minutes in one step, all or nothing."""

import asyncio
from itertools import permutations
from typing import Any

import httpx

from tests.doings import NOWHERE, account_id, books_are_whole, leaves, notices, sql, stand
from tests.town import JSON, Person, Town, good, refused

PATH = "/v1/group-sessions"


def _ids(*people: Person) -> list[str]:
    return [str(one.member_id) for one in people]


async def _posted(
    desk: Person, givers: list[Person], receivers: list[Person], **more: Any
) -> httpx.Response:
    sides = {"giver_ids": _ids(*givers), "receiver_ids": _ids(*receivers)}
    return await desk.post(PATH, sides | {"minutes": 60} | more)


def _of(done: JSON, person: Person) -> int:
    (share,) = [one for one in done["shares"] if one["member_id"] == str(person.member_id)]
    return int(share["minutes"])


async def _fund(town: Town) -> int:
    (row,) = await sql(town, "SELECT balance_minutes FROM account WHERE kind = 'fund'")
    return int(row["balance_minutes"])


async def test_receivers_share_the_givers_hour_and_see_it_as_a_session(town: Town) -> None:
    desk, ana = await town.staff("coordinator"), await town.member("Ana")
    circle = [await town.member(f"Guest {number}") for number in range(7)]
    done = good(await _posted(desk, [ana], circle, note="Conversation in Slovene"))
    assert await stand(ana) == (60, 0, 60)
    assert sorted(_of(done, one) for one in circle) == [-9] * 4 + [-8] * 3
    assert sum(one["minutes"] for one in done["shares"]) + done["fund_minutes"] == 0
    (line,) = await circle[0].statement()
    assert (line["kind"], line["direction"], line["counterpart_alias"]) == (
        "group_session",
        "out",
        "Ana",
    )
    assert line["exchange_id"] is None
    assert ("group_session_posted", done["id"]) in await notices(circle[3])
    (note,) = await sql(town, "SELECT done_by, reason_sealed FROM deed_note")
    assert note["done_by"] == desk.login_id
    assert b"Slovene" not in note["reason_sealed"]
    await books_are_whole(town)


async def test_who_each_give_the_whole_leave_the_rest_to_the_fund(town: Town) -> None:
    desk, ana = await town.staff("coordinator"), await town.member("Ana")
    circle = [await town.member(f"Guest {number}") for number in range(3)]
    helper = await town.member("Helper")
    companions = [{"member_id": str(helper.member_id), "minutes": 45}]
    body: JSON = {"sharing": "each", "levy_percent": 10, "companions": companions, "minutes": 61}
    done = good(await _posted(desk, [ana], circle, **body))
    assert [await stand(one) for one in circle] == [(-61, 0, -61)] * 3
    assert await stand(ana) == (55, 0, 55), "the levy is rounded down to six minutes"
    assert (await stand(helper))[0] == 45
    assert await _fund(town) == done["fund_minutes"] == 3 * 61 - 55 - 45
    (line,) = await helper.statement()
    assert (line["kind"], line["counterpart_alias"]) == ("group_session", None)
    await books_are_whole(town)


async def test_many_give_to_one(town: Town) -> None:
    desk, bor = await town.staff("coordinator"), await town.member("Bor")
    movers = [await town.member(f"Mover {number}") for number in range(4)]
    good(await _posted(desk, movers, [bor]))
    assert [await stand(one) for one in movers] == [(60, 0, 60)] * 4
    assert await stand(bor) == (-240, 0, -240)
    await books_are_whole(town)


async def test_one_who_cannot_stops_it_for_all_whatever_the_order(town: Town) -> None:
    desk, ana = await town.staff("coordinator"), await town.member("Ana")
    circle = [await town.member(f"Guest {number}") for number in range(2)]
    short = await town.member("Short", minutes=-701)
    for order in permutations([*circle, short]):
        answer = await _posted(desk, [ana], list(order))
        problem = refused(answer, 409, "not-enough-hours")
        assert problem["member_id"] == str(short.member_id)
        assert problem["available_minutes"] == 19
    for one in (ana, *circle):
        assert await stand(one) == (0, 0, 0)
    companions = [{"member_id": str(short.member_id), "minutes": 10}]
    problem = refused(
        await _posted(desk, [ana], circle, companions=companions), 409, "not-enough-hours"
    )
    assert problem["member_id"] is None, "it is the fund that has not enough"
    await books_are_whole(town)


async def test_sessions_that_race_never_take_anybody_under_the_floor(town: Town) -> None:
    desk, ana = await town.staff("coordinator"), await town.member("Ana")
    bor, cene = await town.member("Bor", minutes=-500), await town.member("Cene", minutes=-500)
    asked = [_posted(desk, [ana], [bor, cene][:: (-1) ** number]) for number in range(12)]
    answers = await asyncio.gather(*asked)
    assert sorted(one.status_code for one in answers) == [201] * 7 + [409] * 5
    assert await stand(bor) == await stand(cene) == (-710, 0, -710)
    await books_are_whole(town)


async def test_nobody_posts_their_own_and_only_active_members_are_named(town: Town) -> None:
    desk = await town.member("Desk")
    ana, bor, gone = [await town.member(alias) for alias in ("Ana", "Bor", "Gone")]
    await leaves(town, gone)
    await sql(
        town, "UPDATE login SET roles = '{member,coordinator}' WHERE member_id = $1", desk.member_id
    )
    desk = await town.signed_in(desk.email)
    for sides in (([desk], [ana]), ([ana], [desk, bor])):
        refused(await _posted(desk, *sides), 409, "concerned")
    refused(await _posted(desk, [ana], [bor, gone]), 404, "not-found")
    body = {"giver_ids": [str(NOWHERE)], "receiver_ids": _ids(bor), "minutes": 60}
    refused(await desk.post(PATH, body), 404, "not-found")
    refused(await _posted(desk, [ana, bor], [gone, ana]), 422, "not-one-to-many")
    refused(await _posted(desk, [ana], [ana]), 422, "person-twice")
    assert (await ana.post(PATH, body)).status_code in {403, 404}


async def test_the_same_key_posts_it_once_and_a_moderator_can_put_a_part_right(town: Town) -> None:
    desk, mod = await town.staff("coordinator"), await town.staff("moderator")
    ana, bor, cene = [await town.member(alias) for alias in ("Ana", "Bor", "Cene")]
    body = {"giver_ids": _ids(ana), "receiver_ids": _ids(bor, cene), "minutes": 60}
    first = good(await desk.post(PATH, body, key="once"))
    assert good(await desk.post(PATH, body, key="once")) == first
    assert await stand(ana) == (60, 0, 60)
    theirs = await account_id(town, bor)
    (wrong,) = await sql(town, "SELECT posting_id FROM posting WHERE debit_account_id = $1", theirs)
    assert str(wrong["posting_id"]) in first["posting_ids"]
    why = {"reason": "Bor was not there."}
    good(await mod.post(f"/v1/postings/{wrong['posting_id']}/reversal", why))
    assert (await stand(ana), await stand(bor)) == ((30, 0, 30), (0, 0, 0))
    await books_are_whole(town)
