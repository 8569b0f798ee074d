"""My own record and my account."""

import asyncio

from tests.contract import places
from tests.town import Person, Town, good, refused


async def tag(person: Person) -> str:
    return str((await person.get("/v1/me")).headers["etag"])


async def change(person: Person, alias: str, if_match: str) -> int:
    answer = await person.patch("/v1/me", {"alias": alias}, headers={"If-Match": if_match})
    return answer.status_code


async def alias_of(person: Person) -> str:
    return str(good(await person.get("/v1/me"))["alias"])


async def test_my_record_has_what_i_told_and_nothing_that_identifies_me(town: Town) -> None:
    ana = await town.member("Ana", languages=["sl", "uk"])
    assert good(await ana.get("/v1/me")) == {
        "id": str(ana.member_id),
        "alias": "Ana",
        "kind": "person",
        "status": "active",
        "languages": ["sl", "uk"],
        "roles": ["member"],
    }


async def test_staff_who_are_no_members_have_an_empty_record(town: Town) -> None:
    admin = await town.staff("admin")
    answer = await admin.get("/v1/me")
    assert good(answer) == {
        "id": None,
        "alias": None,
        "kind": None,
        "status": None,
        "languages": [],
        "roles": ["admin"],
    }
    assert "etag" not in answer.headers
    refused(await admin.patch("/v1/me", {"alias": "Ana"}), 404, "not-found")


async def test_what_is_left_out_of_a_change_stays(town: Town) -> None:
    ana = await town.member("Ana", languages=["sl"])
    changed = good(await ana.patch("/v1/me", {"alias": " Anica "}))
    assert (changed["alias"], changed["languages"]) == ("Anica", ["sl"])
    changed = good(await ana.patch("/v1/me", {"languages": ["EN", "en", "sl"]}))
    assert (changed["alias"], changed["languages"]) == ("Anica", ["en", "sl"])
    assert good(await ana.get("/v1/me")) == changed


async def test_others_read_the_new_alias(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    listing = await town.listing(ana)
    good(await ana.patch("/v1/me", {"alias": "Anica"}))
    assert good(await bor.get(f"/v1/listings/{listing['id']}"))["author"]["alias"] == "Anica"


async def test_an_applicant_may_correct_their_record(town: Town) -> None:
    nova = await town.applicant("Nvoa")
    assert good(await nova.patch("/v1/me", {"alias": "Nova"}))["alias"] == "Nova"


async def test_a_change_of_an_older_version_is_refused(town: Town) -> None:
    ana = await town.member("Ana")
    first = await tag(ana)
    answer = await ana.patch("/v1/me", {"alias": "Anica"}, headers={"If-Match": first})
    assert good(answer)["alias"] == "Anica"
    assert answer.headers["etag"] == await tag(ana) != first
    stale = await ana.patch("/v1/me", {"alias": "Anka"}, headers={"If-Match": first})
    refused(stale, 412, "stale")
    assert await alias_of(ana) == "Anica"


async def test_if_match_takes_a_list_a_star_and_no_weak_tag(town: Town) -> None:
    ana = await town.member("Ana")
    assert await change(ana, "One", f'"other", {await tag(ana)}') == 200
    assert await change(ana, "Two", "*") == 200
    assert await change(ana, "Three", f"W/{await tag(ana)}") == 412
    assert await change(ana, "Three", '"other"') == 412
    assert await alias_of(ana) == "Two"


async def test_of_changes_at_once_on_one_version_one_is_made(town: Town) -> None:
    ana = await town.member("Ana")
    first = await tag(ana)
    names = [f"Ana {number}" for number in range(6)]
    statuses = await asyncio.gather(*(change(ana, name, first) for name in names))
    assert sorted(statuses) == [200, 412, 412, 412, 412, 412]
    assert await alias_of(ana) == names[statuses.index(200)]


async def test_a_decision_on_the_application_gives_the_record_a_new_version(town: Town) -> None:
    coordinator, nova = await town.staff("coordinator"), await town.applicant()
    waiting = await tag(nova)
    good(await coordinator.post(f"/v1/applications/{nova.member_id}/approval"))
    assert await tag(nova) != waiting


async def test_what_does_not_fit_changes_nothing(town: Town) -> None:
    ana = await town.member("Ana")
    before = await tag(ana)
    for name, value in (
        ("alias", ""),
        ("alias", " \u2003 "),
        ("alias", "a" * 41),
        ("languages", []),
        ("email", "new@example.org"),
        ("roles", ["admin"]),
        ("status", "active"),
    ):
        assert places(await ana.patch("/v1/me", {name: value})) == [f"/body/{name}"]
    assert await tag(ana) == before


async def test_held_minutes_are_not_available(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor", minutes=100)
    await town.accepted(ana, bor, 60)
    account = await bor.account()
    assert (account["balance_minutes"], account["held_minutes"]) == (100, 60)
    assert account["available_minutes"] == 40
    assert (await ana.account())["balance_minutes"] == 0
