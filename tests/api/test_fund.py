from datetime import timedelta
from uuid import uuid4

from httpx import Response

from tests.conftest import FakeClock
from tests.doings import books_are_whole
from tests.town import JSON, Person, Town, good, refused


async def test_a_donation_moves_hours_from_a_member_to_the_fund(town: Town) -> None:
    ana = await town.member("Ana", minutes=120)
    donated = good(await ana.post("/v1/donations", {"minutes": 90}))
    assert donated["balance_minutes"] == 30
    assert (await ana.account())["balance_minutes"] == 30
    newest = (await ana.statement())[0]
    assert (newest["kind"], newest["direction"], newest["id"]) == ("donation", "out", donated["id"])


async def test_a_donation_never_goes_under_the_floor(town: Town) -> None:
    ana = await town.member("Ana")
    problem = refused(await ana.post("/v1/donations", {"minutes": 721}), 409, "not-enough-hours")
    assert problem["available_minutes"] == 720
    assert (await ana.account())["balance_minutes"] == 0
    good(await ana.post("/v1/donations", {"minutes": 720}))


async def test_a_donation_with_a_key_is_given_once(town: Town) -> None:
    ana = await town.member("Ana", minutes=120)
    first = good(await ana.post("/v1/donations", {"minutes": 60}, key="once"))
    again = await ana.post("/v1/donations", {"minutes": 60}, key="once")
    assert (good(again), again.headers["Idempotency-Replayed"]) == (first, "true")
    assert (await ana.account())["balance_minutes"] == 60


async def test_a_grant_comes_from_the_fund_and_tells_the_member(town: Town) -> None:
    ana, bor = await town.member("Ana", minutes=600), await town.member("Bor")
    good(await ana.post("/v1/donations", {"minutes": 300}))
    coordinator = await town.staff("coordinator")
    body = {"member_id": str(bor.member_id), "minutes": 120, "reason": "To begin with."}
    good(await coordinator.post("/v1/grants", body))
    assert (await bor.account())["balance_minutes"] == 120
    notices = good(await bor.get("/v1/notices"))["items"]
    assert notices[0]["kind"] == "hours_granted"


async def test_the_fund_cannot_grant_what_it_does_not_have(town: Town) -> None:
    bor, coordinator = await town.member("Bor"), await town.staff("coordinator")
    body = {"member_id": str(bor.member_id), "minutes": 1, "reason": "To begin with."}
    refused(await coordinator.post("/v1/grants", body), 409, "not-enough-hours")


async def test_one_person_gets_at_most_the_cap_within_a_year(town: Town, clock: FakeClock) -> None:
    ana, bor = await town.member("Ana", minutes=5000), await town.member("Bor")
    good(await ana.post("/v1/donations", {"minutes": 5000}))
    coordinator = await town.staff("coordinator")
    body = {"member_id": str(bor.member_id), "minutes": 400, "reason": "A move."}
    good(await coordinator.post("/v1/grants", body))
    problem = refused(await coordinator.post("/v1/grants", body), 409, "grant-over-cap")
    assert problem["left_minutes"] == 200
    clock.advance(days=366)
    again = await town.signed_in(coordinator.email)
    good(await again.post("/v1/grants", body))


async def granted(town: Town, ana: Person) -> tuple[Person, Person, Person, JSON, JSON]:
    """Ana fills the fund, and Bor has as much of it as anybody may.

    Gives Bor, a coordinator, a moderator, the grant that was asked for, and its posting.
    """
    bor = await town.member("Bor")
    good(await ana.post("/v1/donations", {"minutes": 5000}))
    coordinator, moderator = await town.staff("coordinator"), await town.staff("moderator")
    body = {"member_id": str(bor.member_id), "minutes": 600, "reason": "A move."}
    good(await coordinator.post("/v1/grants", body))
    (line,) = await bor.statement()
    return bor, coordinator, moderator, body, line


async def test_what_was_taken_back_of_a_grant_can_be_granted_again(town: Town) -> None:
    ana = await town.member("Ana", minutes=5000)
    bor, coordinator, moderator, body, line = await granted(town, ana)
    path = f"/v1/postings/{line['id']}/reversal"
    good(await moderator.post(path, {"reason": "It was 200.", "correction": {"minutes": 200}}))
    right = (await bor.statement())[0]
    path = f"/v1/postings/{right['id']}/reversal"
    good(await moderator.post(path, {"reason": "It was 150.", "minutes": 50}))
    problem = refused(await coordinator.post("/v1/grants", body), 409, "grant-over-cap")
    assert problem["left_minutes"] == 450
    good(await coordinator.post("/v1/grants", body | {"minutes": 450}))
    await books_are_whole(town)


async def test_a_grant_that_was_taken_back_comes_back_by_another_grant_only(town: Town) -> None:
    ana = await town.member("Ana", minutes=5000)
    bor, coordinator, moderator, body, line = await granted(town, ana)
    why = {"reason": "It was for somebody else."}
    back = good(await moderator.post(f"/v1/postings/{line['id']}/reversal", why))
    again = await moderator.post(f"/v1/postings/{back['id']}/reversal", why)
    refused(again, 409, "not-reversible")
    good(await coordinator.post("/v1/grants", body))
    problem = refused(await coordinator.post("/v1/grants", body), 409, "grant-over-cap")
    assert problem["left_minutes"] == 0
    assert (await bor.account())["balance_minutes"] == 600
    await books_are_whole(town)


async def test_no_correction_makes_a_grant_larger(town: Town) -> None:
    ana = await town.member("Ana", minutes=5000)
    bor, coordinator, moderator, body, line = await granted(town, ana)

    async def corrected(posting_id: str, was: int, now: int) -> Response:
        why = {"reason": "It was less.", "minutes": was, "correction": {"minutes": now}}
        return await moderator.post(f"/v1/postings/{posting_id}/reversal", why)

    refused(await corrected(line["id"], 600, 601), 409, "more-than-granted")
    first = good(await corrected(line["id"], 600, 300))["correction_id"]
    second = good(await corrected(first, 300, 200))["correction_id"]
    good(await coordinator.post("/v1/grants", body | {"minutes": 400}))
    refused(await corrected(second, 200, 600), 409, "more-than-granted")
    refused(await corrected(second, 50, 51), 409, "more-than-granted")
    good(await corrected(second, 50, 50))
    assert (await bor.account())["balance_minutes"] == 600
    problem = refused(await coordinator.post("/v1/grants", body), 409, "grant-over-cap")
    assert problem["left_minutes"] == 0
    gift = (await ana.statement())[0]["id"]
    good(await corrected(gift, 5000, 5001))  # what happened may have been more
    await books_are_whole(town)


async def test_the_bank_grants_at_most_its_budget_in_a_month(town: Town) -> None:
    ana = await town.member("Ana", minutes=6500)
    good(await ana.post("/v1/donations", {"minutes": 6000}))
    good(await ana.post("/v1/donations", {"minutes": 500}))
    coordinator = await town.staff("coordinator")
    for number in range(10):
        person = await town.member(f"Member {number}")
        body = {"member_id": str(person.member_id), "minutes": 600, "reason": "A move."}
        good(await coordinator.post("/v1/grants", body))
    person = await town.member("One too many")
    body = {"member_id": str(person.member_id), "minutes": 1, "reason": "A move."}
    refused(await coordinator.post("/v1/grants", body), 409, "grant-over-budget")


async def test_nobody_grants_to_strangers_or_as_a_member(town: Town) -> None:
    ana, coordinator = await town.member("Ana"), await town.staff("coordinator")
    body = {"member_id": str(uuid4()), "minutes": 60, "reason": "A move."}
    refused(await coordinator.post("/v1/grants", body), 404, "not-found")
    refused(await ana.post("/v1/grants", body), 404, "not-found")
    applicant = await town.applicant("Nova")
    waiting = body | {"member_id": str(applicant.member_id)}
    refused(await coordinator.post("/v1/grants", waiting), 404, "not-found")


async def test_the_balance_at_any_past_moment_is_what_it_was_then(
    town: Town, clock: FakeClock
) -> None:
    ana = await town.member("Ana", minutes=600)
    seen = [(clock(), 600)]
    for minutes in (10, 20, 30, 5, 60):
        clock.advance(minutes=1)
        good(await ana.post("/v1/donations", {"minutes": minutes}))
        seen.append((clock(), seen[-1][1] - minutes))
    for at, balance in seen:
        found = good(await ana.get("/v1/me/account/balance", params={"at": at.isoformat()}))
        assert found["balance_minutes"] == balance
    before = (seen[0][0] - timedelta(days=1)).isoformat()
    found = good(await ana.get("/v1/me/account/balance", params={"at": before}))
    assert (found["balance_minutes"], found["is_final"]) == (0, True)
    found = good(await ana.get("/v1/me/account/balance", params={"at": clock().isoformat()}))
    assert not found["is_final"]
    tomorrow = (clock() + timedelta(days=1)).isoformat()
    later = good(await ana.get("/v1/me/account/balance", params={"at": tomorrow}))
    assert not later["is_final"]
    assert later["final_before"] == found["final_before"], "it is about the books, not the question"
