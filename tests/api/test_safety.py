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


@pytest.mark.parametrize("preset", ["neighbours", "sheltered"])
async def test_three_requests_of_ones_own_lead_to_a_visible_listing_in_any_bank(
    town: Town, preset: str
) -> None:
    await sheltered_or_not(town, preset)
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
    if preset == "sheltered":
        assert await found(bor) == [], "what is left to do is the staff's"
        await let_through(town)
    assert await found(bor) == ["Bread"]
    assert len(own) <= 4


async def sheltered_or_not(town: Town, preset: str) -> None:
    good(await (await town.staff("admin")).patch("/v1/bank", WHY | {"preset": preset}))


async def let_through(town: Town) -> list[JSON]:
    """A moderator reads all that waits, and lets it through."""
    moderator = await town.staff("moderator")
    waiting = good(await moderator.get("/v1/screenings"))["items"]
    for case in waiting:
        body = {"outcome": "released", "reason": "Read."}
        good(await moderator.post(f"/v1/screenings/{case['id']}/resolution", body))
    return list(waiting)


async def test_what_somebody_new_posts_is_read_until_something_of_theirs_was_let_through(
    town: Town,
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    known = await town.listing(bor, title="Chess")
    await safe(town, first_listings_read=True)
    for title in ("Bread", "Cake"):
        await town.listing(ana, title=title)
    good(await bor.patch(f"/v1/listings/{known['id']}", {"title": "Chess for two"}))
    await town.listing(bor, title="Go")
    assert sorted(await found(bor)) == ["Chess for two", "Go"], "he was here before"
    assert sorted(await found(ana)) == ["Bread", "Cake", "Chess for two", "Go"], "hers, as ever"
    waiting = await let_through(town)
    assert [case["signals"] for case in waiting] == [["first_listings"]] * 2
    await town.listing(ana, title="Jam")
    assert sorted(await found(bor)) == ["Bread", "Cake", "Chess for two", "Go", "Jam"]


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


CALL_ME = "Call me on 040 123 456, that is quicker."


async def test_contact_data_wait_for_a_person_wherever_others_would_read_them(town: Town) -> None:
    await safe(town, screening=True)
    ana, bor = await town.member("Ana"), await town.member("Bor")
    await town.listing(ana, title="Bread", body=CALL_ME)
    assert await found(bor) == []
    exchange = await town.accepted(ana, bor)
    path = f"/v1/exchanges/{exchange['id']}"
    good(await bor.post(f"{path}/messages", {"text": CALL_ME}))
    assert good(await ana.get(f"{path}/messages"))["items"] == []
    dispute = good(await bor.post(f"{path}/dispute", {"reason": CALL_ME}))
    assert dispute["reason"] == CALL_ME
    shown = f"/v1/disputes/{dispute['id']}"
    assert good(await ana.get(shown))["reason"] is None
    moderator = await town.staff("moderator")
    assert good(await moderator.get(shown))["reason"] == CALL_ME, "who decides reads it"
    waiting = await let_through(town)
    assert [case["signals"] for case in waiting] == [["phone"]] * 3
    assert good(await ana.get(shown))["reason"] == CALL_ME
    assert [one["text"] for one in good(await ana.get(f"{path}/messages"))["items"]] == [CALL_ME]
    assert "Bread" in await found(bor)


async def test_no_alias_is_a_way_to_be_reached(town: Town) -> None:
    ana = await town.member("Ana")
    for alias in (
        "Ana 040 123 456",
        "ana@example.org",
        "Ana, telegram ana_b",
        "Celovška cesta 118",
    ):
        refused(await ana.patch("/v1/me", {"alias": alias}), 422, "alias-is-contact")
    assert good(await ana.patch("/v1/me", {"alias": "Ana 1975"}))["alias"] == "Ana 1975"
