"""A block of a contact: it hides its maker from whoever has it, and tells its maker nothing."""

import asyncio
from typing import Final

from app.members.blocks.rules import CONTACT_BLOCKS_MAX
from tests.doings import again, block, notices, sql, status_of, take
from tests.looking import HERS, Looker, plays
from tests.town import Person, Town, good, refused
from tests.twins import World, Worlds, differences, nothing


async def blocks(person: Person, **contact: str) -> None:
    answer = await person.post("/v1/me/blocks", contact)
    assert (answer.status_code, answer.content) == (204, b"")


async def listed(person: Person) -> set[str]:
    items = good(await person.get("/v1/listings?limit=100"))["items"]
    return {one["author"]["alias"] for one in items}


async def test_nobody_learns_whose_an_address_is_by_blocking_it(worlds: Worlds) -> None:
    async with worlds.one(nothing, emails={"x": HERS}) as world:
        hers = await plays(world)
        (row,) = await sql(world.town, "SELECT count(*) FROM exchange WHERE unseen_by IS NOT NULL")
        assert row["count"] == 3
    async with worlds.one(nothing) as world:
        nobodys = await plays(world)
        (row,) = await sql(world.town, "SELECT count(*) FROM exchange WHERE unseen_by IS NOT NULL")
        assert row["count"] == 0
    assert differences(hers, nobodys) == []


async def hides(world: World) -> None:
    """X blocks the stranger's address, and then gets in touch all the same."""
    x = Looker(world, "x")
    await x.does("POST", "/v1/me/blocks", {"email": "tuj@example.org"})
    (listing,) = await sql(
        world.town,
        "SELECT listing_id FROM listing JOIN member ON author_id = member_id WHERE alias = 'tuj'",
    )
    x.ids["listing_id"] = str(listing["listing_id"])
    await x.proposes("unseen")
    world.of_x["proposed"] = x.ids["unseen"]


ENDS_WHAT_WAITED: Final = ("SQL of DELETE /v1/me ", "SQL of PUT /v1/me/blocks/{member_id} about x")
"""What never was for her ends too when she goes, which takes a moment; the answer is the same."""


async def test_for_whoever_has_the_address_its_blocker_was_never_here(worlds: Worlds) -> None:
    async with worlds.one(hides) as world:
        of_x = dict(world.of_x)
        hidden = await world.ask_everything(("tuj",), of_x)
    async with worlds.one(nothing, x_exists=False) as world:
        never = await world.ask_everything(("tuj",), of_x)
    found = differences(hidden, never)
    assert [one for one in found if not one.startswith(ENDS_WHAT_WAITED)] == []


async def test_whoever_was_blocked_before_joining_joins_as_anybody_and_never_sees_her(
    town: Town,
) -> None:
    ana = await town.member("Ana")
    await town.listing(ana)
    await blocks(ana, email="Feared@Example.org")
    await blocks(ana, phone="(040) 123-456")
    free, by_mail = await town.member("Free"), await town.member("A", email="feared@example.org")
    by_phone = await town.member("B", phone="+386 40 123 456")
    assert [await listed(one) for one in (free, by_mail, by_phone)] == [{"Ana"}, set(), set()]
    for one in (free, by_mail, by_phone):
        await town.listing(one)
    assert await listed(ana) == {"Ana", "Free", "A", "B"}, "she sees them as anybody does"


async def test_case_workers_hear_whose_contact_is_blocked_and_not_by_whom(town: Town) -> None:
    ana, bor, case = (
        await town.member("Ana"),
        await town.member("Bor"),
        await town.staff("case_worker"),
    )
    await blocks(ana, email="later@example.org")
    await blocks(ana, email=bor.email.upper())
    for own in (ana.email, "nobody@example.org", bor.email):
        await blocks(ana, email=own)
    eva = await town.member("Eva", email="later@example.org")
    found = [("safeguarding_alert", str(one.member_id)) for one in (eva, bor)]
    assert await notices(case) == found
    for one in (ana, bor, eva, await town.staff("coordinator"), await town.staff("moderator")):
        assert "safeguarding_alert" not in [kind for kind, _ in await notices(one)]
    await leaves_no_trace(bor)


async def leaves_no_trace(person: Person) -> None:
    held = good(await person.get("/v1/me/export"))["held"]
    looks = {one["kind"] for one in held["opening"]}
    assert (held["block"], held["contact_block"], looks - {"application"}) == ([], [], set())


async def test_what_is_in_progress_goes_on_for_both_and_then_she_is_gone(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor", minutes=300)
    exchange = await town.accepted(ana, bor, 30)
    path = f"/v1/exchanges/{exchange['id']}"
    await blocks(ana, email=bor.email)
    assert good(await bor.get(path))["giver"] == {"id": str(ana.member_id), "alias": "Ana"}
    for person in (ana, bor):
        good(await person.post(f"{path}/messages", {"text": "At six?"}))
        assert len(good(await person.get(f"{path}/messages"))["items"]) >= 1
    good(await take(ana, exchange, "delivery"))
    ended = good(await take(bor, exchange, "confirmation"))
    former = {"id": None, "alias": "former member"}
    assert (ended["giver"], ended["receiver"]["alias"]) == (former, "Bor")
    assert good(await bor.get(path))["giver"] == former
    refused(await bor.post(f"{path}/messages", {"text": "Hi."}), 409, "conversation-over")
    assert good(await ana.get(path))["receiver"]["alias"] == "Bor"
    before = await notices(bor)
    good(await ana.post(f"{path}/messages", {"text": "Thank you!"}))
    assert await notices(bor) == before


async def test_a_proposal_to_who_cannot_see_its_maker_waits_and_is_nowhere(town: Town) -> None:
    ana, bor, desk = (
        await town.member("Ana"),
        await town.member("Bor", minutes=300),
        await town.staff("coordinator"),
    )
    asked, offer = await town.listing(ana, "request"), await town.listing(bor)
    await blocks(ana, email=bor.email)
    for viewer, listing, found in ((ana, asked, 1), (desk, asked, 0), (desk, offer, 0)):
        items = good(await viewer.get(f"/v1/listings/{listing['id']}/matches"))["items"]
        assert len(items) == found, "staff bring nobody together who cannot see each other"
    body = {"listing_id": offer["id"], "minutes": 30, "message": "Hello?"}
    made = good(await ana.post("/v1/exchanges", body))
    assert (made["status"], made["giver"]["alias"]) == ("proposed", "Bor")
    step = await take(bor, made, "acceptance")
    refused(step, 404, "not-found")
    assert good(await bor.get("/v1/exchanges"))["items"] == []
    assert await notices(bor) == [("application_approved", str(bor.member_id))]
    held = good(await bor.get("/v1/me/export"))["held"]
    assert held["exchange"] == []
    await block(bor, ana)
    assert await status_of(ana, made) == "cancelled", (
        "who is named, is named by somebody who is here"
    )
    assert await notices(bor) == [("application_approved", str(bor.member_id))]


async def test_a_day_has_few_contacts_whatever_becomes_of_them(town: Town) -> None:
    ana = await town.member("Ana")
    for _ in range(CONTACT_BLOCKS_MAX // 2):
        await blocks(ana, email="same@example.org")
        await blocks(ana, email="other@example.org")
        for one in good(await ana.get("/v1/me/blocks"))["items"]:
            await ana.delete(f"/v1/me/blocks/{one['id']}")
    for email in ("same@example.org", "new@example.org"):
        answer = await ana.post("/v1/me/blocks", {"email": email})
        refused(answer, 429, "too-many-contact-blocks")
    assert good(await ana.get("/v1/me/blocks"))["items"] == []
    await blocks(await town.member("Bor"), email="same@example.org")
    await town.step_on(1)
    await blocks(await again(town, ana), email="new@example.org")


async def test_who_joins_while_they_are_being_blocked_is_met_all_the_same(town: Town) -> None:
    ana = await town.member("Ana")
    for number in range(4):
        email = f"feared{number}@example.org"
        await asyncio.gather(blocks(ana, email=email), town.applicant("Bor", email=email))
    rows = await sql(town, "SELECT blocked_id FROM block WHERE blocker_id = $1", ana.member_id)
    assert len(rows) == 4
