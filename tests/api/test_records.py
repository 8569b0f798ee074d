"""Staff open records for a reason, and the person sees it; in an emergency two are needed."""

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tests.asking import every_operation
from tests.doings import NOWHERE, again, disputed, emergency_of, same_as_absent, sql, why
from tests.town import JSON, Person, Town, good, refused

WHY = "She asked at the desk."


async def seen_by(person: Person) -> list[tuple[str, str, str | None]]:
    """Who looked at this person since their application was decided on."""
    items = good(await person.get("/v1/me/access-log"))["items"]
    seen = [(one["kind"], one["role"], one["reason"]) for one in items]
    return [one for one in seen if one[0] != "application"]


async def found(staff: Person, **by: str) -> list[JSON]:
    answer = await staff.post("/v1/members/lookup", {"reason": WHY} | by)
    return list(good(answer)["items"])


async def test_a_member_is_found_by_exact_address_or_alias_and_can_read_why(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    coordinator = await town.staff("coordinator")
    for by in ({"email": ana.email.upper()}, {"alias": "Ana"}):
        (one,) = await found(coordinator, **by)
        assert (one["id"], one["alias"]) == (str(ana.member_id), "Ana")
        assert "email" not in one
    for by in ({"email": "nobody@example.org"}, {"alias": "An"}, {"alias": "%"}):
        assert await found(coordinator, **by) == []
    assert await seen_by(ana) == [("lookup", "staff", None), ("lookup", "staff", WHY)]
    assert await seen_by(bor) == []
    for bad in ({}, {"alias": "Ana", "email": ana.email}):
        refused(await coordinator.post("/v1/members/lookup", {"reason": WHY} | bad), 422, "unfit")


async def test_a_record_opens_for_a_reason_only_and_every_look_is_told(town: Town) -> None:
    ana = await town.member("Ana")
    worker, path = await town.staff("case_worker"), f"/v1/members/{ana.member_id}"
    refused(await worker.get(path), 422, "unfit")
    assert await seen_by(ana) == []
    record = good(await worker.get(path, headers=why(WHY)))
    assert record.keys() == {"id", "alias", "kind", "status", "languages", "requested_at"}
    assert await seen_by(ana) == [("record", "staff", WHY)]
    absent = await worker.get(f"/v1/members/{NOWHERE}", headers=why(WHY))
    refused(absent, 404, "not-found")
    moderator = await town.staff("moderator")
    same_as_absent(await moderator.get(path, headers=why(WHY)), absent)


async def test_a_moderator_knows_what_has_to_be_known_and_the_parties_see_the_look(
    town: Town,
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor", minutes=90)
    exchange = await town.accepted(ana, bor, 60)
    good(await ana.post(f"/v1/exchanges/{exchange['id']}/delivery", {"minutes": 90}))
    dispute = await disputed(bor, exchange)
    moderator = await town.staff("moderator")
    case = good(await moderator.get(f"/v1/disputes/{dispute['id']}"))
    assert (case["giver_alias"], case["receiver_alias"]) == ("Ana", "Bor")
    assert (case["agreed_minutes"], case["delivered_minutes"]) == (60, 90)
    assert case["opened_by"] == "receiver"
    assert str(ana.member_id) not in str(case)
    good(await ana.get(f"/v1/disputes/{dispute['id']}"))
    (listed,) = good(await moderator.get("/v1/disputes"))["items"]
    silent = dict.fromkeys(("reason", "giver_alias", "receiver_alias", "resolution_reason"))
    assert listed == case | silent, "a list shows no names and no words"
    (mine,) = good(await bor.get("/v1/disputes"))["items"]
    assert mine == case, "but to whose it is"
    for person in (ana, bor):
        assert await seen_by(person) == [("dispute", "moderator", None)]


async def test_an_emergency_needs_a_second_person_is_short_and_must_be_reviewed(
    town: Town,
) -> None:
    ana = await town.member("Ana")
    asker, second = await town.staff("coordinator"), await town.staff("case_worker")
    admin = await town.staff("admin")
    body = {"member_id": str(ana.member_id), "reason": WHY}
    path = f"/v1/emergencies/{good(await asker.post('/v1/emergencies', body))['id']}"
    refused(await asker.post(f"{path}/contact"), 409, "emergency-closed")
    refused(await asker.post(f"{path}/release"), 409, "second-person-needed")
    (listed,) = good(await second.get("/v1/emergencies"))["items"]
    assert listed["reason"] is None
    assert good(await second.get(path)) == listed | {"reason": WHY}, "nobody decides blind"
    assert good(await second.post(f"{path}/release"))["reason"] == WHY
    refused(await admin.post(f"{path}/release"), 409, "emergency-released")
    refused(await second.post(f"{path}/contact"), 404, "not-found")
    for _ in range(2):
        assert good(await asker.post(f"{path}/contact")) == {"email": ana.email}
    looks = [("contact", "staff", WHY)] * 2 + [("emergency", "staff", None)] * 2
    assert await seen_by(ana) == looks
    await town.step_on(31 / 24 / 60)
    asker, second, admin = [await again(town, one) for one in (asker, second, admin)]
    refused(await asker.post(f"{path}/contact"), 409, "emergency-closed")
    await town.step_on(3)
    asker, admin = await again(town, asker), await again(town, admin)
    refused(await asker.post("/v1/emergencies", body), 409, "review-overdue")
    done = good(await admin.post(f"{path}/review", {"finding": "It was right."}))
    assert (done["reason"], done["finding"]) == (WHY, "It was right.")
    refused(await admin.post(f"{path}/review", {"finding": "x"}), 409, "emergency-reviewed")
    good(await asker.post("/v1/emergencies", body))


async def test_who_released_an_emergency_does_not_review_it(town: Town) -> None:
    asker, admin = await town.staff("coordinator"), await town.staff("admin")
    path = f"/v1/emergencies/{await emergency_of(asker, await town.member('Ana'))}"
    good(await admin.post(f"{path}/release"))
    found = {"finding": "It was right."}
    refused(await admin.post(f"{path}/review", found), 409, "second-person-needed")
    reviewed = "reviewed_by = released_by, reviewed_at = released_at"
    with pytest.raises(asyncpg.CheckViolationError, match="another_reviews"):
        await sql(town, f"UPDATE emergency SET {reviewed}, finding_sealed = reason_sealed")
    good(await (await town.staff("admin")).post(f"{path}/review", found))


async def test_whoever_asked_and_is_staff_no_more_opens_nothing(town: Town) -> None:
    asker, second = await town.staff("coordinator"), await town.staff("case_worker")
    path = f"/v1/emergencies/{await emergency_of(asker, await town.member('Ana'))}"
    good(await second.post(f"{path}/release"))
    taken = "UPDATE login SET roles = '{}' WHERE login_id = $1"
    await sql(town, taken, asker.login_id)
    refused(await asker.post(f"{path}/contact"), 404, "not-found")


async def test_who_looks_at_those_who_wait_has_looked_once_a_day(town: Town) -> None:
    nova, desk, other = (
        await town.applicant("Nova"),
        await town.staff("coordinator"),
        await town.staff("coordinator"),
    )

    async def looks() -> int:
        return len(good(await nova.get("/v1/me/access-log"))["items"])

    for _ in range(2):
        (one,) = good(await desk.get("/v1/applications"))["items"]
        assert (one["alias"], await looks()) == ("Nova", 1)
    good(await other.get("/v1/applications"))
    good(await desk.post(f"/v1/applications/{nova.member_id}/approval"))
    assert await looks() == 2
    await town.step_on(days=1)
    nova, desk, other = [await again(town, one) for one in (nova, desk, other)]
    (row,) = [await town.applicant("Eva")]
    good(await desk.get("/v1/applications"))
    assert len(good(await row.get("/v1/me/access-log"))["items"]) == 1
    assert await looks() == 2


async def test_limits_and_a_code_to_get_back_in_are_looks_too(town: Town) -> None:
    ana, desk = await town.member("Ana"), await town.staff("coordinator")
    path, reason = f"/v1/members/{ana.member_id}", {"reason": WHY}
    good(await desk.get(f"{path}/limits"))
    good(await desk.patch(f"{path}/limits", reason | {"floor_minutes": -60}))
    good(await desk.post(f"{path}/recovery", reason))
    assert await seen_by(ana) == [
        ("recovery", "staff", WHY),
        ("limits", "staff", WHY),
        ("limits", "staff", None),
    ]


async def test_the_chain_of_openings_shows_every_change_and_nobody_may_make_one(
    town: Town,
) -> None:
    ana = await town.member("Ana")
    coordinator, auditor = await town.staff("coordinator"), await town.staff("auditor")
    for _ in range(3):
        await found(coordinator, email=ana.email)
    proof = good(await auditor.get("/v1/openings/verification"))
    assert (proof["proved"], proof["entries"]) == (True, 4), "the approval, and three looks"
    for change in ("UPDATE opening SET kind = 'record'", "DELETE FROM opening", "TRUNCATE opening"):
        async with town.ground.database.begin() as session:
            with pytest.raises(ProgrammingError, match="permission denied"):
                await session.execute(text(change))
            await session.rollback()
    changes = (
        "UPDATE opening SET kind = 'record' WHERE seq = 2",
        "UPDATE opening SET by_sealed = set_byte(by_sealed, 1, 0) WHERE seq = 1",
        "UPDATE opening SET reason_sealed = reason_sealed || '\\x00' WHERE seq = 3",
        "DELETE FROM opening WHERE seq = 2",
        "DELETE FROM opening WHERE seq = 3",
        "UPDATE opening_chain SET seq = 2 WHERE chain = 'openings'",
    )
    for change in changes:
        await sql(town, "CREATE TABLE kept AS SELECT * FROM opening")
        await sql(town, "CREATE TABLE kept_chain AS SELECT * FROM opening_chain")
        await sql(town, change)
        assert not good(await auditor.get("/v1/openings/verification"))["proved"], change
        await sql(town, "DELETE FROM opening")
        await sql(town, "DELETE FROM opening_chain")
        await sql(town, "INSERT INTO opening SELECT * FROM kept")
        await sql(town, "INSERT INTO opening_chain SELECT * FROM kept_chain")
        await sql(town, "DROP TABLE kept, kept_chain")
    assert good(await auditor.get("/v1/openings/verification"))["proved"]


async def test_there_is_no_way_to_list_or_search_people(town: Town) -> None:
    lists = [
        str(one)
        for one in every_operation(town.app.openapi())
        if one.method == "GET" and one.path.rstrip("/") in {"/v1/members", "/v1/people"}
    ]
    assert lists == []
