"""A flag is told to the moderators, and never to the one who is flagged."""

from app.moderation.flags.rules import FLAGS_OPEN_MAX
from tests.contract import almighty
from tests.doings import notices, same_as_absent, sql, take
from tests.town import JSON, Person, Town, good, refused

WHY = "It asks for my passport."


async def flagged(person: Person, subject: str, one: JSON, why: str = WHY) -> JSON:
    body = {"subject": subject, "subject_id": one["id"], "reason": why}
    return good(await person.post("/v1/flags", body))


async def queue(person: Person, query: str = "") -> list[str]:
    return [one["id"] for one in good(await person.get(f"/v1/flags?{query}"))["items"]]


async def kinds_seen(person: Person) -> set[str]:
    items = good(await person.get("/v1/me/access-log"))["items"]
    return {one["kind"] for one in items} - {"application"}


async def looks_at(town: Town, person: Person) -> set[str]:
    asked = "SELECT kind FROM opening WHERE member_id = $1"
    return {row["kind"] for row in await sql(town, asked, person.member_id)}


async def test_a_moderator_reads_what_there_was_to_be_seen_and_decides(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    moderator = await town.staff("moderator")
    listing = await town.listing(bor, title="Live-in help", body="Keep your passport with me.")
    one = await flagged(ana, "listing", listing)
    assert (one["subject"], one["subject_id"], one["status"]) == ("listing", listing["id"], "open")
    assert (await notices(moderator))[0] == ("flag_waiting", one["id"])
    good(await bor.patch(f"/v1/listings/{listing['id']}", {"title": "Help", "body": ""}))
    exchange = await town.accepted(ana, bor)
    for person, text in ((ana, "At six?"), (bor, "Come alone.")):
        good(await take(person, exchange, "messages", {"text": text}))
    other = await flagged(ana, "exchange", exchange, "He frightens me.")
    assert await queue(moderator) == [one["id"], other["id"]]
    case = good(await moderator.get(f"/v1/flags/{one['id']}"))
    assert (case["flagger_alias"], case["flagged_alias"], case["reason"]) == ("Ana", "Bor", WHY)
    assert "Keep your passport with me." in case["evidence"]
    told = good(await moderator.get(f"/v1/flags/{other['id']}"))["evidence"]
    assert told.index("> At six?") < told.index("< Come alone.")
    path, body = f"/v1/flags/{one['id']}/resolution", {"outcome": "upheld", "reason": "Indeed."}
    assert good(await moderator.post(path, body))["status"] == "upheld"
    refused(await moderator.post(path, body), 409, "flag-resolved")
    assert (await queue(moderator), await queue(moderator, "status=upheld")) == (
        [other["id"]],
        [one["id"]],
    )


async def test_whoever_is_flagged_hears_nothing_of_it_even_as_a_moderator(town: Town) -> None:
    ana, vida, admin = await town.member("Ana"), await almighty(town), await town.staff("admin")
    moderator = await town.staff("moderator")
    await sql(
        town,
        "UPDATE login SET roles = $2 WHERE login_id = $1",
        vida.login_id,
        ["member", "moderator"],
    )
    before = await notices(vida), good(await vida.get("/v1/me/export"))["held"]
    one = await flagged(ana, "listing", await town.listing(vida))
    good(await moderator.get(f"/v1/flags/{one['id']}"))
    assert await queue(vida) == []
    assert await notices(vida) == before[0]
    assert (await notices(admin))[0] == ("flag_waiting", one["id"])
    path, absent = f"/v1/flags/{one['id']}", f"/v1/flags/{ana.member_id}"
    same_as_absent(await vida.get(path), await vida.get(absent))
    body = {"outcome": "dismissed", "reason": "No."}
    resolving = await vida.post(f"{path}/resolution", body)
    same_as_absent(resolving, await vida.post(f"{absent}/resolution", body))
    assert (await kinds_seen(vida), await kinds_seen(ana)) == (set(), {"flag"})
    assert await looks_at(town, vida) == {"flagged", "application"}, "but it is written down"
    held = good(await vida.get("/v1/me/export"))["held"]
    assert (held["flag"], {one["kind"] for one in held["opening"]}) == ([], {"application"})
    (mine,) = good(await ana.get("/v1/me/export"))["held"]["flag"]
    assert (mine["reason"], mine["status"]) == (WHY, "open")
    assert "flagged_id" not in mine


async def test_nobody_flags_their_own_nor_what_they_cannot_see(town: Town) -> None:
    ana, vida = await town.member("Ana"), await almighty(town)
    listing = await town.listing(ana)
    body = {"subject": "listing", "subject_id": listing["id"], "reason": WHY}
    refused(await ana.post("/v1/flags", body), 409, "flags-own")
    one = await flagged(vida, "listing", listing)
    decision = {"outcome": "dismissed", "reason": "No."}
    refused(await vida.post(f"/v1/flags/{one['id']}/resolution", decision), 409, "concerned")
    await ana.ask("PUT", f"/v1/me/blocks/{vida.member_id}")
    absent = body | {"subject_id": str(ana.member_id)}
    same_as_absent(await vida.post("/v1/flags", body), await vida.post("/v1/flags", absent))
    exchange = body | {"subject": "exchange"}
    same_as_absent(await vida.post("/v1/flags", exchange), await vida.post("/v1/flags", absent))


async def test_a_moderator_who_is_concerned_reads_nothing_and_decides_nothing(town: Town) -> None:
    ana, bor, vida = await town.member("Ana"), await town.member("Bor"), await almighty(town)
    one = await flagged(ana, "listing", await town.listing(bor))
    await vida.ask("PUT", f"/v1/me/blocks/{bor.member_id}")
    path = f"/v1/flags/{one['id']}"
    refused(await vida.get(path), 409, "concerned")
    decision = {"outcome": "dismissed", "reason": "No."}
    refused(await vida.post(f"{path}/resolution", decision), 409, "concerned")


async def test_evidence_is_what_one_may_read_and_of_a_former_member_what_one_kept(
    town: Town,
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    moderator, exchange = await town.staff("moderator"), await town.settled(ana, bor)
    for person, text in ((bor, "Come alone."), (ana, "At six?")):
        good(await take(person, exchange, "messages", {"text": text}))
    await ana.ask("PUT", f"/v1/me/blocks/{bor.member_id}")
    told = {}
    for person in (ana, bor):
        one = await flagged(person, "exchange", exchange)
        evidence = good(await moderator.get(f"/v1/flags/{one['id']}"))["evidence"]
        told[person.email] = {text for text in ("Come alone.", "At six?") if text in evidence}
    assert told == {ana.email: {"Come alone.", "At six?"}, bor.email: {"Come alone."}}


async def test_there_is_an_end_to_the_flags_that_wait(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    listing = await town.listing(bor)
    for _ in range(FLAGS_OPEN_MAX):
        await flagged(ana, "listing", listing)
    body = {"subject": "listing", "subject_id": listing["id"], "reason": WHY}
    refused(await ana.post("/v1/flags", body), 429, "too-many-flags")
