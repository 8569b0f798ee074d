"""Running workers in tests, faster than in earnest, and looking into the queue."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from app import worker
from app.kit import jobs
from app.kit.ground import Ground
from app.kit.ids import new_id
from app.kit.trying import BankSweep, Deed, Pace, Shift, Sweep
from app.kit.working import work_off
from tests.doings import sql
from tests.town import JSON, Town

FAST = Pace(
    poll_seconds=0.3,
    silence_seconds=1.0,
    stop_seconds=5.0,
    retry_seconds=0.02,
    reconnect_seconds=0.1,
)
SECONDS_MAX = 30.0
ROUNDS = 2
"""One job may make another: forgetting somebody, then destroying their key."""


@asynccontextmanager
async def working(town: Town, pace: Pace = FAST) -> AsyncIterator[asyncio.Event]:
    """A worker of this town's bank beside the test; setting the event stops it."""
    stop = asyncio.Event()
    ground = town.ground
    running = worker.run(ground.settings, stop, clock=ground.clock, pace=pace)
    async with _beside(running, stop):
        yield stop


@asynccontextmanager
async def doing(
    ground: Ground,
    deeds: Mapping[str, Deed],
    sweeps: Mapping[str, Sweep | BankSweep] | None = None,
    pace: Pace = FAST,
) -> AsyncIterator[asyncio.Event]:
    """A worker beside the test that knows these jobs."""
    stop = asyncio.Event()
    async with _beside(work_off(Shift(ground, deeds, sweeps or {}, stop, pace)), stop):
        yield stop


@asynccontextmanager
async def _beside(running: Awaitable[None], stop: asyncio.Event) -> AsyncIterator[None]:
    task = asyncio.ensure_future(running)
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, SECONDS_MAX)


async def until(happened: Callable[[], Awaitable[object]]) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + SECONDS_MAX
    while not await happened():
        assert time.monotonic() < deadline, "it never happened"
        await asyncio.sleep(0.02)


async def all_are_due(town: Town) -> None:
    """Let every timer's time come; PgQueuer asks the database for the time, which tests cannot."""
    await sql(town, "UPDATE pgqueuer SET execute_after = now() WHERE status = 'queued'")


async def waiting(town: Town) -> list[JSON]:
    """The jobs that are not done."""
    return await sql(town, "SELECT *, execute_after - now() AS wait FROM pgqueuer ORDER BY id")


async def all_done(town: Town) -> None:
    """Wait until the queue is empty."""

    async def none_waits() -> bool:
        return not await waiting(town)

    await until(none_waits)


async def enqueued(ground: Ground, name: str, **wait: float) -> None:
    """A job in the queue, due now or in this time."""
    async with ground.database.begin() as session:
        work = ground.work(session)
        await jobs.enqueue(work, name, {"some_id": new_id()}, run_at=work.now + timedelta(**wait))


async def do_all(town: Town, begins: Callable[[str], None]) -> None:
    """All that a worker does, in this process: every job, due or not, what follows, each sweep.

    Whatever is to begin is told first by its name.
    """
    for _ in range(ROUNDS):
        for row in await sql(town, "SELECT id, entrypoint, payload FROM pgqueuer ORDER BY id"):
            begins(f"job {row['entrypoint']} {row['payload']}")
            async with town.ground.database.begin() as session:
                deed = worker.JOBS[row["entrypoint"]]
                await deed(town.ground.work(session), jobs.ids_of(row["payload"]))
            await sql(town, "DELETE FROM pgqueuer WHERE id = $1", row["id"])
    for name, sweep in sorted(worker.SWEEPS.items()):
        begins(f"sweep {name}")
        async for _ in sweep.sizes(town.ground, name):
            pass
