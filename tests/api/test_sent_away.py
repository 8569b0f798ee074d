"""A listing whose flag was upheld is sent away: gone for all, and its author reads why."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from app.listings import operations as listings
from app.rights import operations as rights
from tests.contract import almighty
from tests.doings import (
    NOWHERE,
    block,
    flag_of,
    notices,
    same_as_absent,
    sql,
    take,
    until,
    varying,
)
from tests.town import JSON, Person, Town, good, refused
from tests.watching import watched

FLAGGED = "It asks for papers."
"""What `flag_of` says."""
TOLD = "Nobody may be asked for documents. Please post it anew without that."
WRONG = "The library wants to see documents: it was our mistake."
UPHELD = {"outcome": "upheld", "reason": "Indeed, papers."}


async def sends_away(moderator: Person, flag_id: str, **changes: Any) -> httpx.Response:
    body = UPHELD | {"send_away_because": TOLD} | changes
    return await moderator.post(f"/v1/flags/{flag_id}/resolution", body)


async def gives_back(moderator: Person, flag_id: str, reason: str = WRONG) -> httpx.Response:
    return await moderator.post(f"/v1/flags/{flag_id}/return", {"reason": reason})


async def as_author(author: Person, listing: JSON) -> tuple[str, str | None]:
    path = f"/v1/listings/{listing['id']}"
    one, mine = good(await author.get(path)), good(await author.get("/v1/listings?mine=true"))
    assert one in mine["items"]
    return one["status"], one["decision_reason"]


async def found(reader: Person) -> list[str]:
    return [one["id"] for one in good(await reader.get("/v1/listings?limit=100"))["items"]]


async def everything_asked(reader: Person, own: JSON, listing_id: str) -> list[tuple[Any, ...]]:
    """All that a member can ask about a listing, and what they get."""
    path = f"/v1/listings/{listing_id}"
    about = {"listing_id": listing_id, "minutes": 30}
    flag = {"subject": "listing", "subject_id": listing_id, "reason": FLAGGED}
    asked = [
        *(
            reader.get(one)
            for one in (path, f"{path}/matches", f"/v1/listings/{own['id']}/matches")
        ),
        *(reader.get(one) for one in ("/v1/listings", "/v1/listings?q=practice", "/v1/me/matches")),
        *(reader.post(*one) for one in (("/v1/exchanges", about), ("/v1/flags", flag))),
        *(reader.patch(path, {"title": "Mine"}), reader.post(f"{path}/renewal", {})),
        reader.delete(path),
    ]
    answers = [await one for one in asked]
    return [(one.status_code, one.content, varying(one)) for one in answers]


async def test_the_author_reads_why_and_cannot_open_it_again(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    moderator, listing = await town.staff("moderator"), await town.listing(bor)
    flag_id, path = await flag_of(ana, listing), f"/v1/listings/{listing['id']}"
    before = (await bor.get(path)).headers["ETag"]
    assert good(await sends_away(moderator, flag_id))["status"] == "upheld"
    assert await as_author(bor, listing) == ("sent_away", TOLD)
    assert (await notices(bor))[0] == ("listing_changed", listing["id"])
    refused(await bor.patch(path, {"title": "Help"}), 409, "listing-sent-away")
    refused(await bor.post(f"{path}/renewal", {}), 409, "listing-sent-away")
    stale = await bor.patch(path, {"title": "Help"}, headers={"If-Match": before})
    refused(stale, 412, "stale")
    held = good(await bor.get("/v1/me/export"))["held"]
    (row,) = held["listing"]
    assert (row["status"], row["decision_reason"]) == ("sent_away", TOLD)
    assert "decided_by" not in row, "staff are nobody's to know"
    assert held["flag"] == []
    assert not {one["kind"] for one in held["opening"]} & {"flag", "flagged"}
    case = good(await moderator.get(f"/v1/flags/{flag_id}"))
    assert (case["listing_status"], case["told_author"]) == ("sent_away", TOLD)
    assert case["resolution_reason"] == UPHELD["reason"]
    assert TOLD not in (await ana.get("/v1/me/export")).text, "nor has whoever flagged it told it"


async def test_to_others_it_is_gone_as_if_withdrawn_and_what_was_agreed_goes_on(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    moderator, own = await town.staff("moderator"), await town.listing(ana, "request")
    one, other = [await town.listing(bor, title=title) for title in ("One", "Other")]
    body = {"listing_id": one["id"], "minutes": 60}
    exchange = good(await ana.post("/v1/exchanges", body))
    good(await take(bor, exchange, "acceptance"))
    flag_id = await flag_of(ana, one)
    await bor.delete(f"/v1/listings/{other['id']}")
    good(await sends_away(moderator, flag_id))
    told: list[Any] = []
    for listing_id in (one["id"], other["id"], str(NOWHERE)):
        with watched(town.app) as seen:
            told.append((await everything_asked(ana, own, listing_id), seen.statements))
    assert told[0] == told[1] == told[2]
    path = f"/v1/listings/{one['id']}"
    for reader in (ana, await town.staff("coordinator")):
        same_as_absent(await reader.get(path), await reader.get(f"/v1/listings/{NOWHERE}"))
        assert one["id"] not in await found(reader)
    good(await take(bor, exchange, "delivery", {"minutes": 60}))
    assert good(await take(ana, exchange, "confirmation"))["status"] == "settled"


async def test_what_cannot_be_sent_away_is_refused_and_nothing_happens(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    moderator = await town.staff("moderator")
    listing, gone = await town.listing(bor), await town.listing(bor)
    flag_id, of_gone = await flag_of(ana, listing), await flag_of(ana, gone)
    await bor.delete(f"/v1/listings/{gone['id']}")
    exchange = await town.accepted(bor, ana)
    told = {"subject": "exchange", "subject_id": exchange["id"], "reason": FLAGGED}
    of_exchange = good(await ana.post("/v1/flags", told))["id"]
    for about, change, status, slug in (
        (flag_id, {"outcome": "dismissed"}, 422, "nothing-to-send-away"),
        (of_exchange, {}, 422, "nothing-to-send-away"),
        (flag_id, {"send_away_because": "Ana says so."}, 422, "tells-who-flagged"),
        (flag_id, {"send_away_because": f"Somebody wrote: {FLAGGED}"}, 422, "tells-who-flagged"),
        (flag_id, {"send_away_because": " "}, 422, "unfit"),
        (of_gone, {}, 409, "listing-withdrawn"),
    ):
        refused(await sends_away(moderator, about, **change), status, slug)
    vida = await almighty(town)
    await block(vida, bor)
    refused(await sends_away(vida, flag_id), 409, "concerned")
    open_now = {one["id"] for one in good(await moderator.get("/v1/flags"))["items"]}
    assert open_now == {flag_id, of_gone, of_exchange}
    assert await as_author(bor, listing) == ("open", None)
    for about in (flag_id, of_exchange):
        refused(await gives_back(moderator, about), 409, "not-sent-away")
    assert good(await moderator.get(f"/v1/flags/{of_exchange}"))["listing_status"] is None


async def test_a_listing_goes_once_however_many_flags_about_it_are_upheld(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    moderator, listing = await town.staff("moderator"), await town.listing(bor)
    flag_id, other_id = await flag_of(ana, listing), await flag_of(ana, listing)
    good(await sends_away(moderator, flag_id))
    refused(await sends_away(moderator, other_id), 409, "listing-sent-away")
    good(await sends_away(moderator, other_id, send_away_because=None))
    assert await as_author(bor, listing) == ("sent_away", TOLD)
    assert [kind for kind, _ in await notices(bor)].count("listing_changed") == 1


async def test_a_moderator_gives_back_what_was_sent_away_by_mistake(town: Town) -> None:
    ana, bor, vida = await town.member("Ana"), await town.member("Bor"), await almighty(town)
    first, second = [await town.staff("moderator") for _ in range(2)]
    listing, path = (one := await town.listing(bor)), f"/v1/listings/{one['id']}"
    flag_id, open_id = await flag_of(ana, listing), await flag_of(ana, listing)
    good(await sends_away(first, flag_id))
    await block(vida, bor)
    refused(await gives_back(vida, flag_id), 409, "concerned")
    refused(await gives_back(second, open_id), 409, "not-sent-away")
    refused(await gives_back(second, flag_id, "Ana was wrong."), 422, "tells-who-flagged")
    assert listing["id"] not in await found(ana)
    good(await gives_back(second, flag_id))
    assert await as_author(bor, listing) == ("open", WRONG)
    assert (await notices(bor))[:2] == [("listing_changed", listing["id"])] * 2
    seen = good(await ana.get(path))
    assert (seen["status"], seen["decision_reason"]) == ("open", None)
    assert listing["id"] in await found(ana)
    good(await bor.patch(path, {"title": "As before"}))
    refused(await gives_back(second, flag_id), 409, "not-sent-away")
    good(await sends_away(second, open_id))
    assert (await bor.delete(path)).status_code == 204
    assert await as_author(bor, listing) == ("withdrawn", TOLD), "for good, and still told why"
    refused(await gives_back(first, flag_id), 409, "not-sent-away")


async def test_whoever_leaves_takes_back_what_was_sent_away_too(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    moderator, listing = await town.staff("moderator"), await town.listing(bor)
    flag_id = await flag_of(ana, listing)
    good(await sends_away(moderator, flag_id))
    assert (await bor.delete("/v1/me")).status_code == 204
    refused(await gives_back(moderator, flag_id), 409, "not-sent-away")
    asked = "SELECT status, decision_reason_sealed, decided_by FROM listing"
    (row,) = await sql(town, asked)
    assert row["status"] == "withdrawn"
    assert row["decision_reason_sealed"] is not None
    assert bor.member_id is not None
    async with town.ground.database.begin() as session:
        assert await rights.forget(town.ground.work(session), town.bank_id, bor.member_id)
    emptied = {"status": "withdrawn", "decision_reason_sealed": None, "decided_by": None}
    assert await sql(town, asked) == [emptied]


async def test_an_author_who_withdraws_just_before_was_first(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    moderator, listing = await town.staff("moderator"), await town.listing(bor)
    flag_id, author = await flag_of(ana, listing), await town.caller_of(bor)
    waits = "SELECT FROM pg_locks WHERE NOT granted"

    async def is_waiting() -> bool:
        return bool(await sql(town, waits))

    async with town.ground.database.begin() as session:
        await listings.withdraw(town.ground.work(session), author, UUID(listing["id"]))
        await session.flush()
        sending = asyncio.create_task(sends_away(moderator, flag_id))
        await until(is_waiting)
    refused(await sending, 409, "listing-withdrawn")
    assert await as_author(bor, listing) == ("withdrawn", None)


async def test_of_two_who_decide_at_once_one_does_and_the_author_comes_first_or_last(
    town: Town,
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    moderators = [await town.staff("moderator") for _ in range(2)]
    listing = await town.listing(bor)
    flag_ids = [await flag_of(ana, listing) for _ in range(2)]
    same = await asyncio.gather(*(sends_away(one, flag_ids[0]) for one in moderators))
    assert sorted(one.status_code for one in same) == [200, 409]
    good(await gives_back(moderators[0], flag_ids[0]))
    path = f"/v1/listings/{listing['id']}"
    changed, sent = await asyncio.gather(
        bor.patch(path, {"title": "Anew"}), sends_away(moderators[1], flag_ids[1])
    )
    assert (good(sent)["status"], (await as_author(bor, listing))[0]) == ("upheld", "sent_away")
    assert changed.status_code in {200, 409}
    good(await gives_back(moderators[0], flag_ids[0]))
    third_id = await flag_of(ana, listing)
    withdrawn, sent = await asyncio.gather(bor.delete(path), sends_away(moderators[1], third_id))
    assert (withdrawn.status_code, sent.status_code in {200, 409}) == (204, True)
    assert (await as_author(bor, listing))[0] == "withdrawn", "whoever was first, it is for good"
    assert await found(ana) == []


async def test_the_database_knows_no_listing_that_was_sent_away_without_a_word(town: Town) -> None:
    listing = await town.listing(await town.member())
    for change in ("status = 'sent_away'", "decided_at = now()", "status = 'gone'"):
        with pytest.raises(asyncpg.CheckViolationError):
            await sql(town, f"UPDATE listing SET {change} WHERE title = $1", listing["title"])
