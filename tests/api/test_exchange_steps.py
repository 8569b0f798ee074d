from uuid import UUID

from app.exchanges import operations as exchanges
from tests.doings import again, notices, sql, stand, status_of, steps_of, take
from tests.town import JSON, Person, Town, good, refused

COUNTER: JSON = {"minutes": 45, "starts_at": "2026-03-05T08:00:00Z", "meeting_point_id": "library"}


async def test_every_step_leads_on_and_the_other_side_is_told(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.proposed(ana, bor)
    told = ("exchange_changed", exchange["id"])
    assert (await notices(ana))[0] == told
    for person, other, step, status in [
        (ana, bor, "acceptance", "accepted"),
        (ana, bor, "delivery", "delivered"),
        (bor, ana, "confirmation", "settled"),
    ]:
        before = (await notices(other)).count(told), (await notices(person)).count(told)
        assert good(await take(person, exchange, step))["status"] == status
        after = (await notices(other)).count(told), (await notices(person)).count(told)
        assert after == (before[0] + 1, before[1]), f"only the other side is told of {step}"
    done = good(await bor.get(f"/v1/exchanges/{exchange['id']}"))
    assert (done["delivered_minutes"], done["settled_minutes"]) == (60, 60)
    assert done["settled_at"] > done["delivered_at"] > done["created_at"]
    assert exchange["delivered_at"] is None
    assert done["expires_at"] is None


async def test_a_counterproposal_changes_the_terms_and_whose_turn_it_is(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.proposed(ana, bor)
    refused(await take(bor, exchange, "counterproposal", COUNTER), 409, "not-your-step")
    place = COUNTER | {"meeting_point_id": "my-home"}
    refused(await take(ana, exchange, "counterproposal", place), 422, "unknown-meeting-point")
    countered = good(await take(ana, exchange, "counterproposal", COUNTER))
    assert {name: countered[name] for name in COUNTER} == COUNTER
    assert (countered["status"], countered["proposed_by_me"]) == ("proposed", True)
    assert countered["my_steps"] == ["cancellation"], "the other side's turn"
    assert countered["giver"] == exchange["giver"], "who gives stays"
    refused(await take(ana, exchange, "acceptance"), 409, "not-your-step")
    good(await take(bor, exchange, "counterproposal", {"minutes": 50}))
    good(await take(ana, exchange, "acceptance"))
    assert await stand(bor) == (0, 50, -50), "the last terms hold"


async def test_an_acceptance_holds_the_receivers_minutes_and_a_cancellation_frees_them(
    town: Town,
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    for who in (ana, bor):
        exchange = await town.accepted(ana, bor, minutes=90)
        assert await stand(bor) == (0, 90, -90)
        assert await stand(ana) == (0, 0, 0)
        reason = {"reason": "The bus does not run"}
        assert good(await take(who, exchange, "cancellation", reason))["status"] == "cancelled"
        assert await stand(bor) == (0, 0, 0)
    rows = await sql(town, "SELECT reason_sealed FROM exchange")
    assert all(b"bus" not in row["reason_sealed"] for row in rows)


async def test_a_proposal_that_is_declined_or_withdrawn_moves_nothing(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    declined, withdrawn = await town.proposed(ana, bor), await town.proposed(ana, bor)
    body = {"reason": "No time"}
    assert good(await take(ana, declined, "decline", body))["status"] == "declined"
    assert good(await take(bor, withdrawn, "cancellation"))["status"] == "cancelled"
    assert await stand(bor) == (0, 0, 0)
    assert await sql(town, "SELECT FROM deed") == []


async def test_the_floor_may_be_reached_and_not_passed(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.proposed(ana, bor, minutes=721)
    problem = refused(await take(ana, exchange, "acceptance"), 409, "not-enough-hours")
    assert "720" not in str(problem), "how many hours somebody has is theirs to know"
    assert await status_of(bor, exchange) == "proposed"
    assert await stand(bor) == (0, 0, 0)
    await town.accepted(ana, bor, minutes=720)
    assert await stand(bor) == (0, 720, -720)
    another = await town.proposed(ana, bor, minutes=1)
    refused(await take(ana, another, "acceptance"), 409, "not-enough-hours")


async def _delivered(town: Town, ana: Person, bor: Person, agreed: int, actual: int) -> JSON:
    exchange = await town.accepted(ana, bor, minutes=agreed)
    said = good(await take(ana, exchange, "delivery", {"minutes": actual}))
    assert (said["minutes"], said["delivered_minutes"]) == (agreed, actual)
    assert await stand(bor) == (0, agreed, -agreed), "a delivery moves nothing"
    return good(await take(bor, exchange, "confirmation"))


async def test_less_delivered_than_agreed_moves_less_and_frees_the_rest(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    assert (await _delivered(town, ana, bor, 60, 25))["settled_minutes"] == 25
    assert (await stand(ana), await stand(bor)) == ((25, 0, 25), (-25, 0, -25))


async def test_more_delivered_than_agreed_is_taken_where_the_floor_allows(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    assert (await _delivered(town, ana, bor, 60, 720))["settled_minutes"] == 720
    assert (await stand(ana), await stand(bor)) == ((720, 0, 720), (-720, 0, -720))


async def test_else_what_was_agreed_moves_and_the_coordinator_is_told(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    coordinator = await town.staff("coordinator")
    settled = await _delivered(town, ana, bor, 60, 721)
    assert (settled["settled_minutes"], settled["delivered_minutes"]) == (60, 721)
    assert (await stand(ana), await stand(bor)) == ((60, 0, 60), (-60, 0, -60))
    assert (await notices(coordinator))[0] == ("exchange_settled_short", settled["id"])


async def test_a_proposal_that_nobody_answered_in_time_is_over_even_if_the_timer_is_late(
    town: Town,
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.proposed(ana, bor)
    assert not await _expire(town, exchange), "not before its time"
    await town.step_on(14)
    ana, bor = await again(town, ana), await again(town, bor)
    for person, step in ((ana, "acceptance"), (ana, "decline"), (bor, "cancellation")):
        problem = refused(await take(person, exchange, step), 409, "step-not-open")
        assert problem["state"] == "expired"
        assert await steps_of(person, exchange) == []
    assert await _expire(town, exchange)
    assert not await _expire(town, exchange), "it ends once"
    assert await status_of(bor, exchange) == "expired"
    for person in (ana, bor):
        assert (await notices(person))[0] == ("exchange_changed", exchange["id"])


async def test_an_agreement_without_delivery_expires_and_frees_the_hours(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.accepted(ana, bor)
    await town.step_on(60)
    ana, bor = await again(town, ana), await again(town, bor)
    for person, step in ((ana, "delivery"), (bor, "cancellation")):
        refused(await take(person, exchange, step), 409, "step-not-open")
        assert await steps_of(person, exchange) == []
    assert await stand(bor) == (0, 60, -60), "still held until the timer comes"
    assert await _expire(town, exchange)
    assert await stand(bor) == (0, 0, 0)
    assert await status_of(ana, exchange) == "expired"


async def test_an_agreement_for_a_later_day_has_its_time_from_that_day_on(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    body = {"listing_id": (await town.listing(ana))["id"], "minutes": 60}
    later = {"starts_at": "2026-08-01T10:00:00Z"}
    exchange = good(await bor.post("/v1/exchanges", body | later))
    accepted = good(await take(ana, exchange, "acceptance"))
    assert accepted["expires_at"] == "2026-09-30T10:00:00Z"


async def test_what_was_delivered_never_ends_by_silence(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.delivered(ana, bor)
    await town.step_on(400)
    assert not await _expire(town, exchange)
    bor = await again(town, bor)
    assert await stand(bor) == (0, 60, -60)
    assert good(await take(bor, exchange, "confirmation"))["status"] == "settled"


async def test_a_step_with_a_key_is_done_once_and_answered_the_same(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.delivered(ana, bor)
    first = await take(bor, exchange, "confirmation", key="only-once")
    second = await take(bor, exchange, "confirmation", key="only-once")
    assert (first.status_code, second.content) == (200, first.content)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert await stand(ana) == (60, 0, 60)


async def _expire(town: Town, exchange: JSON) -> bool:
    """What the timer does when its time has come."""
    async with town.ground.database.begin() as session:
        work = town.ground.work(session)
        return await exchanges.expire(work, town.bank_id, UUID(exchange["id"]))
