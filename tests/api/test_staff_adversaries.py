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


async def test_a_case_worker_who_blocks_an_address_does_not_hear_whose_it_is(town: Town) -> None:
    ana, vid, other = (
        await town.member("Ana"),
        await almighty(town, "Vid"),
        await town.member("Eva"),
    )
    admin = await town.staff("admin")
    roles = "UPDATE login SET roles = $2 WHERE login_id = $1"
    await sql(town, roles, vid.login_id, ["case_worker", "member"])
    before = await notices(vid)
    await blocks(vid, ana.email)
    await blocks(vid, "later@example.org")
    eva = await town.member("Later", email="later@example.org")
    told = [("safeguarding_alert", str(one.member_id)) for one in (eva, ana)]
    assert await notices(vid) == before
    assert await notices(admin) == told, "nobody else is a case worker"
    worker = await town.staff("case_worker")
    await blocks(vid, other.email)
    again = ("safeguarding_alert", str(other.member_id))
    assert (await notices(vid), await notices(admin)) == (before, told)
    assert await notices(worker) == [again]
    await blocks(ana, vid.email)
    assert len(await notices(worker)) == 2, "whoever it is about"
    await sql(town, roles, ana.login_id, ["case_worker", "member"])
    alert = ("safeguarding_alert", str(vid.member_id))
    assert alert in await notices(worker)
    assert alert not in await notices(ana), "nor afterwards"


async def test_a_coordinator_does_not_find_out_by_an_approval_whose_an_address_is(
    town: Town,
) -> None:
    """Somebody applies with her address, and approves that: it is taken, or it is nobody's."""
    ana, vid, desk = (
        await town.member("Ana"),
        await almighty(town, "Vid"),
        await town.staff("coordinator"),
    )
    await block(ana, vid)
    answers, heard = [], []
    for email in (ana.email, "nobody@example.org"):
        twin = await town.applicant("Twin", email=email, password="a word of one's own")
        before = await notices(vid)
        answers.append(await vid.post(f"/v1/applications/{twin.member_id}/approval"))
        heard.append(len(await notices(vid)) - len(before))
        shared = ("email_shared", str(twin.member_id)) in await notices(desk)
        assert shared == (email == ana.email), "others may know, and talk with both"
    assert [one.status_code for one in answers] == [200, 200]
    assert good(answers[0]).keys() == good(answers[1]).keys()
    assert heard == [0, 0]
    assert (await town.signed_in(ana.email)).member_id == ana.member_id


async def test_whose_address_is_taken_can_see_that_somebody_found_it_so(town: Town) -> None:
    ana, desk = await town.member("Ana"), await town.staff("coordinator")
    twin = await town.applicant("Twin", email=ana.email, password="a word of one's own")
    path = f"/v1/applications/{twin.member_id}/approval"
    refused(await desk.post(path), 409, "email-taken")
    assert await looks(ana) == [("lookup", None)]
    assert good(await twin.get("/v1/me"))["status"] == "applicant"
