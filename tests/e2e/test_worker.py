from datetime import timedelta

import pytest

from tests.doings import books_are_whole, notices, sql, stand, status_of, take
from tests.town import Person, Town, good, refused
from tests.workers import all_are_due, all_done, until, waiting, working

PROPOSAL_DAYS = 14
HOLD_DAYS = 60

Pair = tuple[Person, Person]


@pytest.fixture
async def pair(town: Town) -> Pair:
    return await town.member("Ana"), await town.member("Bor", minutes=120)


async def again(town: Town, pair: Pair) -> Pair:
    """The two, signed in anew: their tokens are old by now."""
    return await town.signed_in(pair[0].email), await town.signed_in(pair[1].email)


async def work_through(town: Town) -> None:
    """Every timer comes due, and a worker sees to it."""
    await all_are_due(town)
    async with working(town):
        await all_done(town)


async def test_an_unanswered_proposal_expires_and_tells_both_sides(town: Town, pair: Pair) -> None:
    exchange = await town.proposed(*pair)
    told = [len(await notices(one)) for one in pair]
    await town.step_on(PROPOSAL_DAYS)

    await work_through(town)

    pair = await again(town, pair)
    assert await status_of(pair[0], exchange) == "expired"
    for one, before in zip(pair, told, strict=True):
        newest, *rest = await notices(one)
        assert newest == ("exchange_changed", exchange["id"])
        assert len(rest) == before


async def test_an_agreement_that_is_never_delivered_expires_and_frees_the_hold(
    town: Town, pair: Pair
) -> None:
    exchange = await town.accepted(*pair, 60)
    assert await stand(pair[1]) == (120, 60, 60)
    await town.step_on(HOLD_DAYS)

    await work_through(town)

    pair = await again(town, pair)
    assert await status_of(pair[1], exchange) == "expired"
    assert await stand(pair[1]) == (120, 0, 120)
    assert [end["outcome"] for end in await sql(town, "SELECT outcome FROM hold_end")] == [
        "expired"
    ]
    await books_are_whole(town)


@pytest.mark.parametrize("status", ["delivered", "settled"])
async def test_what_was_delivered_never_expires(town: Town, pair: Pair, status: str) -> None:
    reach = {"delivered": town.delivered, "settled": town.settled}[status]
    exchange = await reach(*pair)
    await town.step_on(HOLD_DAYS + PROPOSAL_DAYS)

    await work_through(town)

    assert await status_of((await again(town, pair))[0], exchange) == status


@pytest.mark.parametrize("step", ["acceptance", "decline", "cancellation"])
async def test_nobody_can_answer_an_old_proposal_even_while_no_worker_runs(
    town: Town, pair: Pair, step: str
) -> None:
    exchange = await town.proposed(*pair)
    await town.step_on(PROPOSAL_DAYS)
    for one in await again(town, pair):
        refused(await take(one, exchange, step), 409, "step-not-open")
    assert len(await waiting(town)) == 1


async def test_a_timer_that_comes_too_early_is_set_again_for_the_right_time(
    town: Town, pair: Pair
) -> None:
    exchange = await town.proposed(*pair)
    await town.step_on(PROPOSAL_DAYS - 1)
    await all_are_due(town)

    async with working(town):
        await until(lambda: timer_is_new(town))
    (timer,) = await waiting(town)
    assert timedelta(hours=23, minutes=59) < timer["wait"] <= timedelta(days=1, seconds=1)
    assert await status_of((await again(town, pair))[0], exchange) == "proposed"

    await town.step_on(1)
    await work_through(town)
    assert await status_of((await again(town, pair))[0], exchange) == "expired"


async def timer_is_new(town: Town) -> bool:
    return [job["wait"] > timedelta(0) for job in await waiting(town)] == [True]


async def test_a_counter_proposal_has_the_whole_time_again(town: Town, pair: Pair) -> None:
    ana, _ = pair
    exchange = await town.proposed(*pair)
    await town.step_on(PROPOSAL_DAYS - 1)
    pair = ana, bor = await again(town, pair)
    good(await take(ana, exchange, "counterproposal", {"minutes": 45}))
    await town.step_on(1)
    await sql(
        town, "UPDATE pgqueuer SET execute_after = now() WHERE id = (SELECT min(id) FROM pgqueuer)"
    )

    async with working(town):
        await until(lambda: nothing_is_due(town))
    pair = _, bor = await again(town, pair)
    assert good(await take(bor, exchange, "acceptance"))["status"] == "accepted"


async def nothing_is_due(town: Town) -> bool:
    return all(job["wait"] > timedelta(0) for job in await waiting(town))


async def test_what_came_due_while_no_worker_ran_is_done_when_one_comes(
    town: Town, pair: Pair
) -> None:
    for _ in range(12):
        await town.proposed(*pair)
    await town.step_on(PROPOSAL_DAYS)
    await all_are_due(town)

    async with working(town):
        await all_done(town)

    exchanges = good(await (await again(town, pair))[1].get("/v1/exchanges?limit=100"))["items"]
    assert [one["status"] for one in exchanges] == ["expired"] * 12


async def test_a_timer_wakes_the_worker_at_its_time(town: Town, pair: Pair) -> None:
    exchange = await town.proposed(*pair)
    await town.step_on(PROPOSAL_DAYS)
    async with working(town):
        await sql(town, "UPDATE pgqueuer SET execute_after = now() + interval '1 second'")
        await all_done(town)
    assert await status_of((await again(town, pair))[0], exchange) == "expired"
