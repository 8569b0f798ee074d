"""What happens when several people, or time, act at once: real commits on real connections."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import httpx
import pytest

from app.exchanges import operations as exchanges
from app.kit.settings import Settings
from tests.conftest import FakeClock
from tests.databases import Cluster
from tests.doings import (
    again,
    books_are_whole,
    deadlocks,
    disputed,
    resolved,
    sql,
    stand,
    status_of,
    take,
)
from tests.town import JSON, Town, good

Answer = TypeVar("Answer")


async def _at_once(town: Town, *asked: Coroutine[Any, Any, Answer]) -> list[Answer]:
    """Ask for all of this at once, on connections that are open before the first one starts."""
    ready = asyncio.Barrier(town.ground.settings.database_pool_max)

    async def connect() -> None:
        async with town.ground.database.begin() as session:
            await session.connection()
            await ready.wait()

    await asyncio.gather(*(connect() for _ in range(ready.parties)))
    return list(await asyncio.gather(*asked))


def _outcomes(responses: Iterable[httpx.Response]) -> Counter[str]:
    """How often each answer came: a status, or the type of a refusal."""
    return Counter(
        str(one.status_code) if one.is_success else one.json()["type"].removeprefix("/problems/")
        for one in responses
    )


async def test_eight_confirmations_at_once_move_the_hours_once(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.delivered(ana, bor)
    answers = await _at_once(town, *(take(bor, exchange, "confirmation") for _ in range(8)))
    assert _outcomes(answers) == {"200": 1, "step-not-open": 7}
    assert (await stand(ana), await stand(bor)) == ((60, 0, 60), (-60, 0, -60))
    await books_are_whole(town)


async def test_eight_confirmations_with_one_key_move_the_hours_once_and_all_are_told_so(
    town: Town,
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.delivered(ana, bor)
    answers = await _at_once(
        town, *(take(bor, exchange, "confirmation", key="k") for _ in range(8))
    )
    assert _outcomes(answers) == {"200": 8}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 7
    assert (await stand(ana), await stand(bor)) == ((60, 0, 60), (-60, 0, -60))
    await books_are_whole(town)


async def test_of_twenty_acceptances_as_many_succeed_as_the_floor_allows(town: Town) -> None:
    bor = await town.member("Bor", minutes=30)
    givers = [await town.member(f"Giver {number}") for number in range(5)]
    asked = [(giver, await town.proposed(giver, bor)) for giver in givers for _ in range(4)]
    answers = await _at_once(town, *(take(giver, one, "acceptance") for giver, one in asked))
    assert _outcomes(answers) == {"200": 12, "not-enough-hours": 8}
    assert await stand(bor) == (30, 720, -690), "the next hour would pass the floor of -720"
    held = [good(answer)["id"] for answer in answers if answer.is_success]
    accepted = good(await bor.get("/v1/exchanges?status=accepted&limit=100"))["items"]
    assert {one["id"] for one in accepted} == set(held)
    await books_are_whole(town)


async def test_an_acceptance_against_a_cancellation_never_leaves_hours_held(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    several = [await town.proposed(ana, bor, minutes=10) for _ in range(8)]
    asked = [(ana, one, "acceptance") for one in several]
    asked += [(bor, one, "cancellation") for one in several]
    answers = await _at_once(
        town, *(take(*one) for one in sorted(asked, key=lambda one: one[1]["id"]))
    )
    outcomes = _outcomes(answers)
    assert outcomes["200"] >= 8
    assert outcomes["200"] + outcomes["step-not-open"] == 16
    assert {await status_of(ana, one) for one in several} == {"cancelled"}
    assert await stand(bor) == (0, 0, 0)
    await books_are_whole(town)


async def test_a_confirmation_against_a_dispute_is_either_first_or_refused(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    several = [await town.delivered(ana, bor, minutes=10) for _ in range(8)]
    reason = {"reason": "It was shorter."}
    answers = await _at_once(
        town,
        *(take(bor, one, "confirmation") for one in several[:4]),
        *(take(ana, one, "dispute", reason) for one in several),
        *(take(bor, one, "confirmation") for one in several[4:]),
    )
    outcomes = _outcomes(answers)
    assert (outcomes["201"], outcomes["200"] + outcomes["step-not-open"]) == (8, 8)
    assert {await status_of(bor, one) for one in several} == {"disputed"}
    moved, held = 10 * outcomes["200"], 10 * outcomes["step-not-open"]
    assert (await stand(ana))[0] == moved
    assert (await stand(bor))[:2] == (-moved, held)
    await books_are_whole(town)


async def test_of_two_moderators_one_decides(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    dispute = await disputed(bor, await town.settled(ana, bor))
    first, second = await town.staff("moderator"), await town.staff("moderator")
    answers = await _at_once(
        town, *(resolved(who, dispute, "adjusted", 20) for who in (first, second, first, second))
    )
    assert _outcomes(answers) == {"200": 1, "dispute-resolved": 3}
    assert await stand(ana) == (20, 0, 20)
    await books_are_whole(town)


async def test_grants_at_once_stay_within_the_budget_of_the_month(town: Town) -> None:
    people = [await town.member(f"Person {number}") for number in range(4)]
    good(await people[0].post("/v1/donations", {"minutes": 200}))
    await sql(town, "UPDATE bank SET grant_budget_minutes = 100")
    coordinator = await town.staff("coordinator")
    told = {"minutes": 50, "reason": "A move."}
    grants = [
        coordinator.post("/v1/grants", {"member_id": str(one.member_id), **told}) for one in people
    ]
    answers = await _at_once(town, *grants)
    assert _outcomes(answers) == {"201": 2, "grant-over-budget": 2}


async def test_giving_to_each_other_at_once_never_deadlocks(
    town: Town, cluster: Cluster, database: str
) -> None:
    people = [await town.member(f"Person {number}") for number in range(3)]
    pairs = [(one, two) for one in people for two in people if one is not two]
    moderator = await town.staff("moderator")
    done = [(two, await town.delivered(one, two, minutes=7)) for one, two in pairs * 2]
    open_ones = [
        await disputed(one, await town.delivered(one, two, minutes=7)) for one, two in pairs * 2
    ]
    answers = await _at_once(
        town,
        *(take(receiver, one, "confirmation") for receiver, one in done),
        *(resolved(moderator, one, "as_agreed") for one in open_ones),
    )
    assert _outcomes(answers) == {"200": 24}
    assert [await stand(one) for one in people] == [(0, 0, 0)] * 3
    await books_are_whole(town)
    assert await deadlocks(town.ground, cluster, database) == 0, "retries would hide them"


async def test_an_acceptance_against_the_end_of_its_time_is_one_or_the_other(
    town: Town, clock: FakeClock
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    several = [await town.proposed(ana, bor, minutes=10) for _ in range(10)]
    await town.step_on(13.999)
    ana, bor = await again(town, ana), await again(town, bor)
    # The clock ticks with every reading, so the times of some end while they race.
    clock.moment = datetime.fromisoformat(several[2]["expires_at"]) - timedelta(microseconds=9)
    both = await _at_once(
        town,
        *(take(ana, one, "acceptance") for one in several),
        *(_expire(town, one) for one in several),
    )
    outcomes = _outcomes(one for one in both if isinstance(one, httpx.Response))
    clock.advance(minutes=1)
    await asyncio.gather(*(_expire(town, one) for one in several))
    ended = Counter([await status_of(bor, one) for one in several])
    assert ended == Counter(accepted=outcomes["200"], expired=outcomes["step-not-open"])
    assert ended.total() == 10
    assert await stand(bor) == (0, 10 * ended["accepted"], -10 * ended["accepted"])
    await books_are_whole(town)


async def _expire(town: Town, exchange: JSON) -> bool:
    async with town.ground.database.begin() as session:
        work = town.ground.work(session)
        return await exchanges.expire(work, town.bank_id, UUID(exchange["id"]))


class TestWithRoomForOneMore:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"open_proposals_max": 1, "open_listings_max": 1})

    async def test_of_ten_proposals_at_once_one_is_let_through(self, town: Town) -> None:
        ana, bor = await town.member("Ana"), await town.member("Bor")
        body = {"listing_id": (await town.listing(ana))["id"], "minutes": 60}
        answers = await _at_once(town, *(bor.post("/v1/exchanges", body) for _ in range(10)))
        assert _outcomes(answers) == {"201": 1, "too-many-proposals": 9}

    async def test_of_ten_listings_at_once_one_is_let_through(self, town: Town) -> None:
        ana = await town.member("Ana")
        body = {"kind": "offer", "title": "Bread", "category": "cooking", "language": "sl"}
        asked = (ana.post("/v1/listings", body | {"languages": ["sl"]}) for _ in range(10))
        assert _outcomes(await _at_once(town, *asked)) == {"201": 1, "too-many-listings": 9}
