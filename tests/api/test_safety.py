"""What a bank does for safety: presets, levels, contacts, held texts; unseen by everybody else."""

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tests.doings import SUSPICIOUS, notices, sql
from tests.town import JSON, Person, Town, good, refused

WHY = {"reason": "The meeting decided it."}


async def safe(town: Town, **changes: object) -> JSON:
    admin = await town.staff("admin")
    return good(await admin.patch("/v1/bank/safety", WHY | changes))


async def proposes(person: Person, listing: JSON) -> httpx.Response:
    return await person.post("/v1/exchanges", {"listing_id": listing["id"], "minutes": 60})


async def found(person: Person) -> list[str]:
    items = good(await person.get("/v1/listings?limit=100"))["items"]
    return [one["title"] for one in items]


async def test_an_admin_changes_a_preset_and_its_settings_one_by_one(town: Town) -> None:
    admin = await town.staff("admin")
    bank, safety = await town.client.get("/v1/bank"), await admin.get("/v1/bank/safety")
    assert set(good(safety).values()) == {False, None}
    tag, old = ({"If-Match": one.headers["etag"]} for one in (bank, safety))
    refused(await admin.patch("/v1/bank", {"preset": "sheltered"}, headers=tag), 422, "unfit")
    changed = await admin.patch("/v1/bank", WHY | {"preset": "sheltered"}, headers=tag)
    assert good(changed) == good(bank) | {"preset": "sheltered"}
    now = await town.client.get("/v1/bank")
    assert (good(now), now.headers["etag"]) == (good(bank), changed.headers["etag"])
    refused(await admin.patch("/v1/bank", WHY, headers=tag), 412, "stale")
    alone = WHY | {"alerts": False, "contacts_max": None}
    refused(await admin.patch("/v1/bank/safety", alone, headers=old), 412, "stale")
    whole = await admin.patch("/v1/bank/safety", alone)
    assert good(whole) == good(await admin.get("/v1/bank/safety"))
    assert (good(whole)["vetting_ladder"], good(whole)["contacts_new_max"]) == (True, 5)
    assert (good(whole)["alerts"], good(whole)["contacts_max"]) == (False, None)


async def test_whoever_turns_a_protection_off_is_on_record(town: Town) -> None:
    admin, auditor = await town.staff("admin"), await town.staff("auditor")
    good(await admin.patch("/v1/bank", WHY | {"preset": "sheltered"}))
    off = {"screening": False, "contacts_max": None, "alerts": True}
    good(await admin.patch("/v1/bank/safety", {"reason": "Čez poletje."} | off))
    good(await admin.patch("/v1/bank/safety", WHY | {"screening": False}))
    found = good(await auditor.get("/v1/bank/changes"))["items"]
    assert [one["reason"] for one in found] == ["Čez poletje.", WHY["reason"]], "of what changed"
    assert {one["login_id"] for one in found} == {str(admin.login_id)}
    assert found[0]["before"] == {"screening": True, "contacts_max": 20}
    assert found[0]["after"] == {"screening": False, "contacts_max": None}
    assert found[1]["before"] == {"preset": "neighbours"} | dict.fromkeys(
        ("vetting_ladder", "first_listings_read", "screening", "alerts"), False
    ) | {"contacts_new_max": None, "contacts_max": None}
    for change in ("UPDATE bank_change SET before = after", "DELETE FROM bank_change"):
        async with town.ground.database.begin() as session:
            with pytest.raises(ProgrammingError, match="permission denied"):
                await session.execute(text(change))
            await session.rollback()


async def test_among_neighbours_three_requests_of_ones_own_lead_to_a_visible_listing(
    town: Town,
) -> None:
    bor, desk, own = await town.member("Bor"), await town.staff("coordinator"), list[str]()
    email, password = "ana@example.org", "three plain words"
    joining = {"alias": "Ana", "email": email, "password": password, "languages": ["sl"]}
    good(await town.client.post("/v1/members", json=joining))
    own.append("join")
    (waiting,) = good(await desk.get("/v1/applications"))["items"]
    good(await desk.post(f"/v1/applications/{waiting['id']}/approval"))
    form = {"grant_type": "password", "username": email, "password": password}
    token = good(await town.client.post("/v1/token", data=form))["access_token"]
    own.append("sign in")
    listing = {"kind": "offer", "title": "Bread", "category": "cooking", "languages": ["sl"]}
    headers = {"Authorization": f"Bearer {token}"}
    body = listing | {"language": "sl"}
    good(await town.client.post("/v1/listings", json=body, headers=headers))
    own.append("post")
    assert await found(bor) == ["Bread"]
    assert len(own) <= 4


async def test_where_there_is_a_ladder_staff_meet_people_before_they_propose(town: Town) -> None:
    await safe(town, vetting_ladder=True, first_listings_read=True)
    ana, bor = await town.member("Ana"), await town.member("Bor")
    desk, offer = await town.staff("coordinator"), await town.listing(ana)
    good(await proposes(bor, offer))
    path = f"/v1/members/{bor.member_id}/level"
    good(await desk.ask("PUT", path, json={"level": 0, "reason": "We only wrote."}))
    refused(await proposes(bor, offer), 403, "not-met-yet")
    await town.listing(bor, title="Bread")
    assert await found(ana) == ["Slovene conversation practice"]
    assert "Bread" in await found(bor), "its author sees it as ever"
    assert "level" not in str(good(await bor.get("/v1/me")))
    assert (await notices(await town.staff("moderator")))[0][0] == "screening_waiting"


async def test_contacts_are_counted_by_people_and_every_attempt_is_kept(town: Town) -> None:
    await safe(town, contacts_max=2)
    bor = await town.member("Bor")
    offers = [await town.listing(await town.member(f"Ana {n}")) for n in range(4)]
    for offer in (offers[0], offers[0], offers[1]):
        good(await proposes(bor, offer))
    for offer in (offers[2], offers[3], offers[2]):
        refused(await proposes(bor, offer), 429, "too-many-contacts")
    good(await proposes(bor, offers[1]))
    kept = await sql(town, "SELECT refused FROM contact_attempt ORDER BY tried_at")
    assert [row["refused"] for row in kept] == [False] * 3 + [True] * 3 + [False]
    await town.step_on(1.01)
    bor = await town.signed_in(bor.email)
    good(await proposes(bor, offers[2]))


async def test_a_suspicious_listing_waits_and_its_author_cannot_tell(town: Town) -> None:
    await safe(town, screening=True)
    ana, bor = await town.member("Ana"), await town.member("Bor")
    held, plain = await town.listing(ana, title=SUSPICIOUS), await town.listing(ana, title="Bread")
    assert held.keys() == plain.keys()
    assert held["status"] == plain["status"] == "open"
    assert sorted(await found(ana)) == sorted([SUSPICIOUS, "Bread"])
    assert await found(bor) == ["Bread"]
    refused(await bor.get(f"/v1/listings/{held['id']}"), 404, "not-found")
    refused(await proposes(bor, held), 404, "not-found")
    moderator = await town.staff("moderator")
    (case,) = good(await moderator.get("/v1/screenings"))["items"]
    assert case["text"] is None, "a list shows no words"
    assert SUSPICIOUS in good(await moderator.get(f"/v1/screenings/{case['id']}"))["text"]
    assert await sql(town, "SELECT 1 FROM opening WHERE kind = 'screening'") != []
    for person in (ana, bor):
        seen = good(await person.get("/v1/me/access-log"))["items"]
        assert {one["kind"] for one in seen} == {"application"}, "nobody can tell who is held"
        assert "screening" not in str(good(await person.get("/v1/me/export"))["held"]["opening"])
    assert str(ana.member_id) not in str(case)
    path = f"/v1/screenings/{case['id']}/resolution"
    decision = {"outcome": "released", "reason": "A translation of a warning."}
    good(await moderator.post(path, decision))
    refused(await moderator.post(path, decision), 409, "screening-resolved")
    assert SUSPICIOUS in await found(bor)


async def test_what_is_written_anew_while_it_is_held_waits_again(town: Town) -> None:
    await safe(town, screening=True)
    ana, bor, moderator = (
        await town.member("Ana"),
        await town.member("Bor"),
        await town.staff("moderator"),
    )
    held = await town.listing(ana, title=SUSPICIOUS)
    (case,) = good(await moderator.get("/v1/screenings"))["items"]
    kept = {"outcome": "kept", "reason": "It is what it looks like."}
    good(await moderator.post(f"/v1/screenings/{case['id']}/resolution", kept))
    good(await ana.patch(f"/v1/listings/{held['id']}", {"title": "Bread"}))
    assert await found(bor) == []
    (case,) = good(await moderator.get("/v1/screenings"))["items"]
    case = good(await moderator.get(f"/v1/screenings/{case['id']}"))
    assert case["text"].startswith("Bread")


@pytest.mark.parametrize("outcome", ["released", "kept"])
async def test_a_suspicious_message_arrives_once_it_was_read(town: Town, outcome: str) -> None:
    await safe(town, screening=True)
    ana, bor = await town.member("Ana"), await town.member("Bor")
    path = f"/v1/exchanges/{(await town.proposed(ana, bor))['id']}/messages"
    before = len(await notices(ana))
    sent = good(await bor.post(path, {"text": SUSPICIOUS}))
    assert sent["text"] == SUSPICIOUS
    assert len(good(await bor.get(path))["items"]) == 1
    assert good(await ana.get(path))["items"] == []
    assert len(await notices(ana)) == before
    moderator = await town.staff("moderator")
    (case,) = good(await moderator.get("/v1/screenings"))["items"]
    decision = {"outcome": outcome, "reason": "Read."}
    good(await moderator.post(f"/v1/screenings/{case['id']}/resolution", decision))
    arrived = outcome == "released"
    assert len(good(await ana.get(path))["items"]) == arrived
    assert len(await notices(ana)) == before + arrived
