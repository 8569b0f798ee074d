"""Hours between banks by the worker: killed between the two deeds, delivered late, in any order."""

import signal

import asyncpg

from app.worker import SWEEPS
from tests.doings import sql
from tests.e2e.test_worker_survives import blocked, process
from tests.partnership import partners
from tests.town import Town
from tests.workers import all_done, until, waiting, working


async def test_a_transfer_goes_through_a_worker_killed_between_the_two_deeds(town: Town) -> None:
    here, there = await partners(town)
    transfer = await here.sent(there)
    url = town.ground.settings.owner_database_url
    assert url is not None
    blocker = await asyncpg.connect(url.get_secret_value().replace("+asyncpg", ""))
    try:
        async with blocker.transaction():
            await blocker.execute("SELECT FROM transfer FOR UPDATE")
            with process(town) as worker:
                await until(lambda: blocked(town))
                worker.send_signal(signal.SIGKILL)
    finally:
        await blocker.close()
    assert (await here.cleared(), await there.cleared()) == ((60, 60), (-60, 0))
    assert await here.findings() | await there.findings() == set()
    assert {job["status"] for job in await waiting(town)} == {"picked"}
    async with working(town):
        await all_done(town)
    assert await here.status(transfer) == "delivered"
    assert (await here.cleared(), await there.cleared()) == ((60, 0), (-60, 0))
    assert (await here.balance(), await there.balance()) == (540, 660)


async def test_a_transfer_whose_job_was_lost_is_delivered_all_the_same(town: Town) -> None:
    here, there = await partners(town)
    await here.sent(there)
    await sql(town, "DELETE FROM pgqueuer")
    assert await looked_again(town) == 0, "it is not late yet"
    await town.step_on(2 / 24)
    assert [await looked_again(town) for _ in range(2)] == [1, 0]
    async with working(town):
        await all_done(town)
    assert await sql(town, "SELECT status FROM transfer") == [{"status": "delivered"}]
    assert len(await sql(town, "SELECT FROM transfer_arrival WHERE is_accepted")) == 1


async def looked_again(town: Town) -> int:
    name = "look_after_transfers"
    return sum([size async for size in SWEEPS[name].sizes(town.ground, name)])
