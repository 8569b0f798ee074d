"""A moderator puts postings right: linked, in parts, with a reason, never beyond the original."""

import asyncio

import pytest

from tests.doings import (
    NOWHERE,
    account_id,
    books_are_whole,
    disputed,
    notices,
    same_as_absent,
    sql,
    stand,
    status_of,
    take,
)
from tests.town import JSON, Person, Town, good, refused

WHY = {"reason": "It was written down twice."}


async def _donated(person: Person, minutes: int) -> str:
    return str(good(await person.post("/v1/donations", {"minutes": minutes}))["id"])


def _path(posting_id: str) -> str:
    return f"/v1/postings/{posting_id}/reversal"


async def _settlement(
    town: Town, giver: Person, receiver: Person, minutes: int
) -> tuple[JSON, str]:
    exchange = await town.settled(giver, receiver, minutes=minutes)
    return exchange, (await giver.statement())[0]["id"]


async def test_a_posting_is_taken_back_in_parts_and_never_beyond_what_it_moved(town: Town) -> None:
    ana, mod = await town.member("Ana", minutes=100), await town.staff("moderator")
    gift = await _donated(ana, 60)
    part = good(await mod.post(_path(gift), WHY | {"minutes": 20}, key="one"))
    assert (part["minutes"], part["left_minutes"], part["kind"]) == (20, 40, "reversal")
    assert (part["correction_id"], part["passed_limits"]) == (None, False)
    again = await mod.post(_path(gift), WHY | {"minutes": 20}, key="one")
    assert (again.headers["Idempotency-Replayed"], again.json()) == ("true", part)
    problem = refused(await mod.post(_path(gift), WHY | {"minutes": 41}), 409, "over-original")
    assert problem["left_minutes"] == 40
    rest = good(await mod.post(_path(gift), WHY))
    assert (rest["minutes"], rest["left_minutes"]) == (40, 0)
    refused(await mod.post(_path(gift), WHY), 409, "over-original")
    assert await stand(ana) == (100, 0, 100)
    lines = {line["id"]: line for line in await ana.statement()}
    assert lines[gift]["reversed_by"] == [part["id"], rest["id"]]
    assert {lines[one["id"]]["reverses_id"] for one in (part, rest)} == {gift}
    assert lines[part["id"]]["kind"] == "reversal"
    assert ("posting_put_right", gift) in await notices(ana)
    await books_are_whole(town)


async def test_a_correction_is_one_deed_with_the_reversal_and_tells_why_to_nobody(
    town: Town,
) -> None:
    ana, mod = await town.member("Ana", minutes=100), await town.staff("moderator")
    gift = await _donated(ana, 60)
    done = good(await mod.post(_path(gift), WHY | {"correction": {"minutes": 6}}))
    assert (done["kind"], done["minutes"], done["correction_minutes"]) == ("correction", 60, 6)
    assert await stand(ana) == (94, 0, 94)
    newest, back, *_ = await ana.statement()
    assert (newest["id"], back["id"]) == (done["correction_id"], done["id"])
    assert {newest["kind"], back["kind"]} == {"correction"}
    (note,) = await sql(town, "SELECT done_by, reason_sealed FROM deed_note")
    assert note["done_by"] == mod.login_id
    assert b"twice" not in note["reason_sealed"]
    found = await sql(town, "SELECT count(DISTINCT deed_id) AS deeds FROM posting")
    assert found[0]["deeds"] == 3, "opening, gift, and one for both"
    await sql(town, "DELETE FROM deed_note")
    await books_are_whole(town)


@pytest.mark.parametrize("way", ["at once", "one by one"])
async def test_many_reversals_together_take_back_no_more_than_the_original(
    town: Town, way: str
) -> None:
    ana = await town.member("Ana", minutes=100)
    mods = [await town.staff("moderator") for _ in range(2)]
    gift = await _donated(ana, 60)
    asked = [mods[number % 2].post(_path(gift), WHY | {"minutes": 13}) for number in range(8)]
    answers = await asyncio.gather(*asked) if way == "at once" else [await one for one in asked]
    assert sorted(one.status_code for one in answers) == [201] * 4 + [409] * 4
    assert await stand(ana) == (92, 0, 92)
    await books_are_whole(town)


async def test_a_reversal_may_pass_a_limit_and_says_so(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    mod = await town.staff("moderator")
    _, settlement = await _settlement(town, ana, bor, 300)
    await _donated(ana, 700)
    assert await stand(ana) == (-400, 0, -400)
    done = good(await mod.post(_path(settlement), WHY | {"correction": {"minutes": 10}}))
    assert done["passed_limits"] is False
    assert await stand(ana) == (-690, 0, -690)
    _, settlement = await _settlement(town, ana, bor, 30)
    await _donated(ana, 60)
    done = good(await mod.post(_path(settlement), WHY))
    assert (done["passed_limits"], await stand(ana)) == (True, (-750, 0, -750))
    passed = await sql(town, "SELECT kind FROM deed WHERE passed_limits")
    assert passed == [{"kind": "reversal"}]
    refused(await ana.post("/v1/donations", {"minutes": 1}), 409, "not-enough-hours")
    await books_are_whole(town)


async def test_an_exchange_follows_what_is_left_of_its_settlement(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    mod = await town.staff("moderator")
    exchange, settlement = await _settlement(town, ana, bor, 60)

    async def settled() -> int | None:
        found = good(await ana.get(f"/v1/exchanges/{exchange['id']}"))["settled_minutes"]
        return int(found) if found else None

    good(await mod.post(_path(settlement), WHY | {"minutes": 20}))
    assert (await settled(), await stand(bor)) == (40, (-40, 0, -40))
    both = WHY | {"minutes": 10, "correction": {"minutes": 5}}
    refused(await mod.post(_path(settlement), both), 409, "part-with-correction")
    done = good(await mod.post(_path(settlement), WHY | {"correction": {"minutes": 50}}))
    assert (done["minutes"], await settled(), await stand(bor)) == (40, 50, (-50, 0, -50))
    refused(await mod.post(_path(settlement), WHY), 409, "not-reversible")
    dispute = await disputed(bor, exchange)
    refused(await mod.post(_path(done["correction_id"]), WHY), 409, "step-not-open")
    body = {"outcome": "adjusted", "minutes": 30, "reason": "Both were heard."}
    good(await mod.post(f"/v1/disputes/{dispute['id']}/resolution", body))
    assert (await settled(), await stand(bor)) == (30, (-30, 0, -30))
    (_, newest), *_ = [("", line["id"]) for line in await bor.statement()]
    good(await mod.post(_path(newest), WHY))
    assert (await status_of(bor, exchange), await settled()) == ("cancelled", None)
    assert (await stand(ana), await stand(bor)) == ((0, 0, 0), (0, 0, 0))
    await books_are_whole(town)


async def test_what_takes_a_posting_back_is_never_taken_back_itself(town: Town) -> None:
    ana, bor = await town.member("Ana", minutes=100), await town.member("Bor")
    mod = await town.staff("moderator")
    gift = await _donated(ana, 60)
    part = good(await mod.post(_path(gift), WHY | {"minutes": 20}))
    right = good(await mod.post(_path(gift), WHY | {"correction": {"minutes": 6}}))
    _, settlement = await _settlement(town, ana, bor, 60)
    void = good(await mod.post(_path(settlement), WHY))
    before = await stand(ana), await stand(bor)
    for done in (part, right, void):
        for more in ({}, {"minutes": 1}, {"correction": {"minutes": 1}}):
            refused(await mod.post(_path(done["id"]), WHY | more), 409, "not-reversible")
    assert (await stand(ana), await stand(bor)) == before
    good(await mod.post(_path(right["correction_id"]), WHY))
    assert await stand(ana) == (100, 0, 100), "what stands in the place of another can be"
    await books_are_whole(town)


async def test_a_party_cannot_and_a_strangers_bank_sees_nothing(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    _, settlement = await _settlement(town, ana, bor, 60)
    await sql(
        town, "UPDATE login SET roles = '{member,moderator}' WHERE member_id = $1", bor.member_id
    )
    bor = await town.signed_in(bor.email)
    refused(await bor.post(_path(settlement), WHY), 409, "concerned")
    other = await Town.founded(town.app, town.client, "other")
    stranger = await other.staff("moderator")
    absent = await stranger.post(_path(str(NOWHERE)), WHY)
    same_as_absent(await stranger.post(_path(settlement), WHY), absent)
    for person in (ana, await town.staff("coordinator")):
        assert (await person.post(_path(settlement), WHY)).status_code in {403, 404}


async def test_a_posting_of_a_closed_account_is_not_taken_back(town: Town) -> None:
    ana, mod = await town.member("Ana", minutes=60), await town.staff("moderator")
    gift = await _donated(ana, 60)
    mine = await account_id(town, ana)
    statement = "UPDATE account SET closed_at = now(), closed_seq = seq WHERE account_id = $1"
    await sql(town, statement, mine)
    refused(await mod.post(_path(gift), WHY), 409, "account-closed")


async def test_hours_held_for_an_exchange_stay_held(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor", minutes=100)
    mod = await town.staff("moderator")
    held = await town.delivered(ana, bor, minutes=60)
    opening = (await bor.statement())[0]["id"]
    assert good(await mod.post(_path(opening), WHY))["passed_limits"] is False
    assert await stand(bor) == (0, 60, -60)
    good(await take(bor, held, "confirmation"))
    await books_are_whole(town)
