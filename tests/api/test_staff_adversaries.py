"""Staff who are members too, and look for somebody: what they must not find out."""

from tests.contract import almighty
from tests.doings import alert_of, block, emergency_of, notices, sql, take, why
from tests.town import JSON, Person, Town, good, refused

WHY = {"reason": "She asked at the desk."}


async def blocks(person: Person, email: str) -> None:
    assert (await person.post("/v1/me/blocks", {"email": email})).status_code == 204


async def looks(person: Person) -> list[tuple[str, str | None]]:
    """Kind and reason of what staff looked at since this person was approved."""
    items = good(await person.get("/v1/me/access-log"))["items"]
    return [(one["kind"], one["reason"]) for one in items if one["kind"] != "application"]


async def looked_up(staff: Person, **by: str) -> list[JSON]:
    return list(good(await staff.post("/v1/members/lookup", WHY | by))["items"])


async def test_who_blocks_an_address_does_not_find_out_as_staff_whose_it_is(town: Town) -> None:
    vid, ana = await almighty(town, "Vid"), await town.member("Ana", minutes=60)
    await town.listing(vid)
    asked, zora = await town.listing(ana, "request"), await town.member("Zora")
    record, matches = f"/v1/members/{ana.member_id}", f"/v1/listings/{asked['id']}/matches"
    dispute = await take(ana, await town.delivered(zora, ana), "dispute", WHY)
    case = f"/v1/disputes/{good(dispute)['id']}"

    async def seen() -> list[tuple[int, bytes]]:
        answers = [await vid.get(one, headers=why("x")) for one in (record, matches, case)]
        return [(one.status_code, one.content) for one in answers]

    before = await seen()
    await blocks(vid, ana.email)
    assert await seen() == before


async def test_a_proposal_that_never_was_for_somebody_concerns_them_with_nobody(town: Town) -> None:
    vid, ana = await town.member("Vid", minutes=60), await almighty(town, "Ana")
    offer = await town.listing(vid)
    await blocks(ana, vid.email)
    made = good(await ana.post("/v1/exchanges", {"listing_id": offer["id"], "minutes": 30}))
    statement = "UPDATE login SET roles = roles || '{coordinator}' WHERE login_id = $1"
    await sql(town, statement, vid.login_id)
    await sql(town, "DELETE FROM block")
    good(await vid.get(f"/v1/members/{ana.member_id}", headers=why("x")))
    answer = await ana.get(f"/v1/members/{vid.member_id}", headers=why("x"))
    refused(answer, 409, "concerned")
    assert made["giver"]["id"] == str(vid.member_id)


async def test_who_is_concerned_finds_nobody_and_who_was_looked_for_can_see_it(town: Town) -> None:
    ana, desk = await town.member("Ana"), await almighty(town, "Desk")
    assert len(await looked_up(desk, email=ana.email)) == 1
    await block(ana, desk)
    absent = await desk.post("/v1/members/lookup", WHY | {"email": "no@example.org"})
    for by in ({"email": ana.email}, {"alias": "Ana"}):
        answer = await desk.post("/v1/members/lookup", WHY | by)
        assert (answer.status_code, answer.content) == (200, absent.content)
    assert await looks(ana) == [("lookup", None)] * 2 + [("lookup", WHY["reason"])]
    other = await town.member("Ana")
    assert [one["id"] for one in await looked_up(desk, alias="Ana")] == [str(other.member_id)]


async def test_who_takes_an_alias_hears_nothing_of_why_its_bearer_is_looked_for(town: Town) -> None:
    ana, vid = await town.member("Metka 24"), await town.member("Vid")
    desk = await town.staff("coordinator")
    await looked_up(desk, alias="Vid")
    good(await vid.patch("/v1/me", {"alias": "Metka 24"}))
    await looked_up(desk, alias="Metka 24")
    assert await looks(vid) == [("lookup", None)] * 2, "alone with it, or not"
    await looked_up(desk, email=ana.email)
    assert await looks(ana) == [("lookup", WHY["reason"]), ("lookup", None)]


async def test_what_somebody_may_not_act_on_stands_in_no_list_of_theirs(town: Town) -> None:
    ana, asker = await town.member("Ana"), await town.staff("coordinator")
    emergency, alert = await emergency_of(asker, ana), await alert_of(town, ana)
    blocked, met, free = [await almighty(town, name) for name in ("Blocked", "Met", "Free")]
    await block(ana, blocked)
    proposal = await town.proposed(ana, met)
    good(await take(ana, proposal, "decline", WHY))
    close = f"/v1/alerts/{alert}/closure"
    for one in (blocked, met):
        for path in ("/v1/emergencies", "/v1/alerts"):
            assert good(await one.get(path))["items"] == []
        refused(await one.post(close, WHY), 404, "not-found")
    for path, found in (("/v1/emergencies", emergency), ("/v1/alerts", alert)):
        assert [one["id"] for one in good(await free.get(path))["items"]] == [found]
    good(await free.post(close, WHY))


async def test_where_every_case_worker_is_concerned_the_admins_hear_that_somebody_must_look(
    town: Town,
) -> None:
    ana, admin = await town.member("Ana"), await town.staff("admin")
    vida = await almighty(town, "Vida")
    roles = "UPDATE login SET roles = '{member,case_worker}' WHERE login_id = $1"
    await sql(town, roles, vida.login_id)
    await block(ana, vida)
    alert = await alert_of(town, ana)
    assert await notices(admin) == [("alert_waiting", alert)]
    assert "alert_waiting" not in str(await notices(vida))
    await town.staff("case_worker")
    await sql(town, "DELETE FROM alert")
    await alert_of(town, ana)
    assert len(await notices(admin)) == 1, "there is somebody who can"
