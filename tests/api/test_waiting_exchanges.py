"""No hold hangs on one job alone, and silence is told to the coordinator (law 8)."""

from app.worker import SWEEPS
from tests.doings import again, books_are_whole, notices, sql, stand, status_of, take
from tests.town import Town, good

HOLD_DAYS, CONFIRMATION_DAYS, A_MOMENT = 60, 14, 0.01


async def sweep(town: Town, name: str) -> int:
    """What the worker's clock does: batches in transactions of their own, until none is left."""
    return sum([size async for size in SWEEPS[name].sizes(town.ground, name)])


async def test_what_is_over_ends_and_frees_its_hold_although_its_job_is_lost(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor", minutes=120)
    held, waiting = await town.accepted(ana, bor, 60), await town.proposed(ana, bor)
    await sql(town, "DELETE FROM pgqueuer")
    await town.step_on(HOLD_DAYS - A_MOMENT)
    assert await sweep(town, "look_after_exchanges") == 1, "the proposal alone"
    await town.step_on(2 * A_MOMENT)
    assert await sweep(town, "look_after_exchanges") == 1
    ana, bor = await again(town, ana), await again(town, bor)
    assert [await status_of(ana, one) for one in (held, waiting)] == ["expired"] * 2
    assert await stand(bor) == (120, 0, 120)
    assert (await notices(ana))[0] == ("exchange_changed", held["id"])
    await books_are_whole(town)


async def test_a_delivery_that_nobody_answers_is_told_to_the_coordinator_once(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor", minutes=120)
    desk = await town.staff("coordinator")
    silent, answered = await town.delivered(ana, bor, 60), await town.delivered(ana, bor, 30)
    await town.step_on(CONFIRMATION_DAYS - A_MOMENT)
    assert await sweep(town, "tell_of_silence") == 0
    bor = await again(town, bor)
    good(await take(bor, answered, "confirmation"))
    await town.step_on(2 * A_MOMENT)
    assert [await sweep(town, "tell_of_silence") for _ in range(2)] == [1, 0]
    told = await notices(await again(town, desk))
    assert [one for one in told if one[0] == "confirmation_awaited"] == [
        ("confirmation_awaited", silent["id"])
    ]
    assert await stand(await again(town, bor)) == (90, 60, 30), "nothing moved, the hold stays"
    assert await status_of(await again(town, ana), silent) == "delivered"
