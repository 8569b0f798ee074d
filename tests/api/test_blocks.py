"""Blocks: silent, mutual, immediate; to the other side as if the blocker had never been here."""

import asyncio
from typing import Final

import pytest

from tests.doings import (
    NOWHERE,
    block,
    books_are_whole,
    disputed,
    leaves,
    notices,
    resolved,
    same_as_absent,
    sql,
    stand,
    status_of,
    take,
)
from tests.town import JSON, Person, Town, good, refused

FORMER: Final = {"id": None, "alias": "former member"}


async def blocks(person: Person) -> list[JSON]:
    return list(good(await person.get("/v1/me/blocks"))["items"])


async def sees(viewer: Person, author: Person, listing: JSON) -> set[bool]:
    """Whether the viewer meets this listing, on every way to it."""
    found = good(await viewer.get("/v1/listings?limit=100"))["items"]
    mine = good(
        await viewer.post(
            "/v1/listings",
            {name: listing[name] for name in ("title", "category", "language", "languages", "area")}
            | {"kind": "request" if listing["kind"] == "offer" else "offer"},
        )
    )
    matches = good(await viewer.get(f"/v1/listings/{mine['id']}/matches"))["items"]
    return {
        listing["id"] in [one["id"] for one in found],
        listing["id"] in [one["listing"]["id"] for one in matches],
        (await viewer.get(f"/v1/listings/{listing['id']}")).is_success,
        str(author.member_id) in f"{found}{matches}",
    }


async def test_neither_of_the_two_sees_the_other_from_then_on_until_it_is_taken_back(
    town: Town,
) -> None:
    ana, bor, eva = await town.member("Ana"), await town.member("Bor"), await town.member("Eva")
    offer, other = await town.listing(ana), await town.listing(bor)
    assert await sees(bor, ana, offer) == await sees(ana, bor, other) == {True}
    await block(ana, bor)
    assert await sees(bor, ana, offer) == await sees(ana, bor, other) == {False}
    assert await sees(eva, ana, offer) == await sees(eva, bor, other) == {True}
    body = {"listing_id": offer["id"], "minutes": 30}
    absent = await bor.post("/v1/exchanges", body | {"listing_id": str(NOWHERE)})
    same_as_absent(await bor.post("/v1/exchanges", body), absent)
    assert (await ana.delete(f"/v1/me/blocks/{bor.member_id}")).status_code == 204
    assert await sees(bor, ana, offer) == await sees(ana, bor, other) == {True}


async def test_a_coordinator_is_shown_no_match_of_two_who_must_not_meet(town: Town) -> None:
    ana, bor, desk = (
        await town.member("Ana"),
        await town.member("Bor"),
        await town.staff("coordinator"),
    )
    asked, offer = await town.listing(ana, "request"), await town.listing(bor)
    path = f"/v1/listings/{asked['id']}/matches"
    assert [one["listing"]["id"] for one in good(await desk.get(path))["items"]] == [offer["id"]]
    await block(bor, ana)
    assert good(await desk.get(path))["items"] == []


@pytest.mark.parametrize("verb", ["PUT", "DELETE"])
async def test_the_answer_is_the_same_whoever_is_named(town: Town, verb: str) -> None:
    ana, bor, gone, foe = [await town.member(one) for one in ("Ana", "Bor", "Gone", "Foe")]
    await leaves(town, gone)
    await block(foe, ana)
    ids = [bor.member_id, bor.member_id, gone.member_id, foe.member_id, ana.member_id, NOWHERE]
    answers = [await ana.ask(verb, f"/v1/me/blocks/{one}") for one in ids]
    assert {
        (one.status_code, one.content, one.headers.get("content-length")) for one in answers
    } == {(204, b"", None)}


async def test_the_list_tells_what_was_named_and_not_who_exists(town: Town) -> None:
    ana, bor, foe = [await town.member(one) for one in ("Ana", "Bor", "Foe")]
    await block(foe, ana)
    for one in (bor.member_id, foe.member_id, NOWHERE):
        await ana.ask("PUT", f"/v1/me/blocks/{one}")
    await ana.post("/v1/me/blocks", {"email": bor.email})
    await ana.post("/v1/me/blocks", {"phone": "040 123 456"})
    shown = [(one["kind"], one["alias"]) for one in await blocks(ana)]
    hidden = ("member", "former member")
    assert shown == [("member", "Bor"), hidden, hidden, ("email", None), ("phone", None)]
    for each in await blocks(ana):
        assert (await ana.delete(f"/v1/me/blocks/{each['id']}")).status_code == 204
    assert await blocks(ana) == []
    assert await sql(town, "SELECT 1 FROM block WHERE blocker_id = $1", ana.member_id) == []


async def test_what_was_open_ends_and_hours_come_back(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor", minutes=300)
    proposed, accepted = await town.proposed(ana, bor), await town.accepted(ana, bor, 90)
    assert await stand(bor) == (300, 90, 210)
    await block(bor, ana)
    for person in (ana, bor):
        assert await status_of(person, proposed) == await status_of(person, accepted) == "cancelled"
        told = [subject for _, subject in await notices(person)]
        assert {proposed["id"], accepted["id"]} <= set(told)
    assert await stand(bor) == (300, 0, 300)
    refused(await take(ana, accepted, "delivery"), 409, "step-not-open")
    await books_are_whole(town)


async def test_what_was_delivered_goes_to_a_moderator_with_its_hold(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor", minutes=300)
    judge = await town.staff("moderator")
    delivered, fought = await town.delivered(ana, bor, 60), await town.delivered(ana, bor, 30)
    await disputed(bor, fought)
    await block(ana, bor)
    assert await status_of(ana, delivered) == await status_of(bor, delivered) == "disputed"
    assert await stand(bor) == (300, 90, 210)
    refused(await take(bor, delivered, "confirmation"), 409, "step-not-open")
    cases = good(await judge.get("/v1/disputes"))["items"]
    assert {one["exchange_id"] for one in cases} == {delivered["id"], fought["id"]}
    (case,) = [one for one in cases if one["exchange_id"] == delivered["id"]]
    for person in (ana, bor, judge):
        assert ("dispute_opened", case["id"]) in await notices(person)
    decided = {"outcome": "as_agreed", "reason": "The work was done."}
    good(await judge.post(f"/v1/disputes/{case['id']}/resolution", decided))
    assert await stand(ana) == (60, 0, 60)
    await books_are_whole(town)


async def test_the_past_stays_readable_and_nobody_writes_into_it(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor", minutes=300)
    exchange = await town.settled(ana, bor, 45)
    path = f"/v1/exchanges/{exchange['id']}"
    await block(ana, bor)
    for person, other in ((ana, "receiver"), (bor, "giver")):
        assert good(await person.get(path))[other] == FORMER
        (line,) = [one for one in await person.statement() if one["exchange_id"]]
        assert (line["counterpart_alias"], line["minutes"]) == ("former member", 45)
        refused(await person.post(f"{path}/messages", {"text": "Hi."}), 409, "conversation-over")


async def test_a_former_members_words_are_shown_to_nobody_but_who_kept_them(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor", minutes=300)
    exchange, judge = await town.delivered(ana, bor), await town.staff("moderator")
    path = f"/v1/exchanges/{exchange['id']}/messages"
    for person, text in ((bor, "I know where you live."), (ana, "Please stop.")):
        good(await person.post(path, {"text": text}))
    case = await disputed(bor, exchange)
    good(await resolved(judge, case, "as_agreed"))

    async def reads(person: Person) -> tuple[list[str], str | None, str | None]:
        texts = [one["text"] for one in good(await person.get(path))["items"]]
        shown = good(await person.get(f"/v1/disputes/{case['id']}"))
        return texts, shown["reason"], shown["resolution_reason"]

    both = ["I know where you live.", "Please stop."]
    whole = (both, "It was shorter.", "Both were heard.")
    assert await reads(ana) == await reads(bor) == whole
    await block(ana, bor)
    assert await reads(ana) == whole, "the evidence stays"
    assert await reads(bor) == (both[:1], "It was shorter.", "Both were heard.")
    await block(bor, ana)
    assert await reads(bor) == (both[:1], "It was shorter.", "Both were heard.")
    await leaves(town, bor)
    assert await reads(ana) == whole, "whatever becomes of the other side"
    await leaves(town, ana)
    assert good(await judge.get(f"/v1/disputes/{case['id']}"))["reason"] == "It was shorter."


async def test_a_kept_answer_is_not_replayed_to_one_who_may_no_longer_see_it(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor", minutes=300)
    offer = await town.listing(ana)
    body = {"listing_id": offer["id"], "minutes": 30}
    made = await bor.post("/v1/exchanges", body, key="propose")
    await ana.delete(f"/v1/listings/{offer['id']}")
    again = await bor.post("/v1/exchanges", body, key="propose")
    assert (again.content, again.headers["idempotency-replayed"]) == (made.content, "true")
    await block(ana, bor)
    refused(await bor.post("/v1/exchanges", body, key="propose"), 404, "not-found")


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({}, "one-contact"),
        ({"email": "a@b.si", "phone": "040 1 2 3"}, "one-contact"),
        ({"phone": "no number"}, "no-telephone"),
        ({"email": "nothing"}, "unfit"),
    ],
)
async def test_one_usable_contact_is_named_at_a_time(town: Town, body: JSON, slug: str) -> None:
    refused(await (await town.member()).post("/v1/me/blocks", body), 422, slug)


async def test_a_proposal_that_races_a_block_never_survives_it(town: Town) -> None:
    ana = await town.member("Ana")
    offer = await town.listing(ana)
    others = [await town.member(f"B{number}") for number in range(6)]
    proposals = [
        one.post("/v1/exchanges", {"listing_id": offer["id"], "minutes": 30}) for one in others
    ]
    await asyncio.gather(*proposals, *(block(ana, one) for one in others))
    found = good(await ana.get("/v1/exchanges?limit=100"))["items"]
    assert {one["status"] for one in found} <= {"cancelled"}
