"""Whether somebody blocks one or has left: nothing that either does afterwards tells."""

import asyncio
from typing import Final

from tests.doings import block, disputed, notices, resolved, stand, take
from tests.town import Person, Town, good, refused

REASON: Final = {"reason": "It was half an hour."}


async def test_who_blocks_somebody_is_kept_from_telling_that_they_are_here(town: Town) -> None:
    """What only a member can do would tell the other that they were blocked, and not left."""
    ana, bor, moderator = [
        await town.member("Ana"),
        await town.member("Bor"),
        await town.staff("moderator"),
    ]
    old, new = await town.settled(ana, bor), await town.settled(ana, bor)
    dispute = await disputed(bor, old)
    good(await resolved(moderator, dispute, "void"))
    appeal = f"/v1/disputes/{dispute['id']}/appeal"
    await block(ana, bor)
    seen = await notices(bor), good(await bor.get("/v1/exchanges")), await stand(bor)
    refused(await take(ana, new, "dispute", REASON), 409, "would-tell")
    refused(await ana.post(appeal, REASON), 409, "would-tell")
    flag = {"subject": "exchange", "subject_id": new["id"]} | REASON
    good(await ana.post("/v1/flags", flag))
    assert (await notices(bor), good(await bor.get("/v1/exchanges")), await stand(bor)) == seen
    good(await bor.post(appeal, REASON))
    good(await take(bor, new, "dispute", REASON))


async def test_whose_a_blocked_contact_is_no_refusal_of_a_dispute_tells(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.settled(ana, bor)
    assert (await ana.post("/v1/me/blocks", {"email": bor.email})).status_code == 204
    assert (await disputed(ana, exchange))["status"] == "open"


async def test_words_of_a_dispute_are_not_replayed_once_their_author_is_gone(town: Town) -> None:
    ana, bor, judge = [
        await town.member("Ana"),
        await town.member("Bor"),
        await town.staff("moderator"),
    ]
    case = await disputed(bor, await town.delivered(ana, bor))
    good(await resolved(judge, case, "void"))
    path = f"/v1/disputes/{case['id']}/appeal"
    first = await ana.post(path, REASON, key="appeal")
    assert good(first)["reason"] == "It was shorter."
    assert good(await ana.post(path, REASON, key="appeal")) == first.json()
    await block(bor, ana)
    refused(await ana.post(path, REASON, key="appeal"), 404, "not-found")


async def test_a_proposal_that_races_a_leaving_never_survives_it(town: Town) -> None:
    others = [await town.member(f"B{number}") for number in range(3)]
    for _ in range(3):
        ana = await town.member("Ana")
        body = {"listing_id": (await town.listing(ana))["id"], "minutes": 30}
        await asyncio.gather(*(one.post("/v1/exchanges", body) for one in others), leave(ana))
    for one in others:
        found = good(await one.get("/v1/exchanges?limit=100"))["items"]
        assert {exchange["status"] for exchange in found} <= {"cancelled"}


async def leave(person: Person) -> None:
    assert (await person.delete("/v1/me")).status_code == 204
