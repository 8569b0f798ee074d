import asyncio
import io
import json
import logging
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import replace
from uuid import UUID

import asyncpg
import pytest
from pgqueuer import RetryRequested

from app.kit import jobs, trying, working
from app.kit.ground import Work
from app.kit.logs import configure_logs
from app.kit.metrics import JOBS
from app.kit.trying import Shift, Sweep
from app.kit.working import WAKE_SECONDS, _Driver, work_off
from tests.doings import sql
from tests.town import JSON, Town
from tests.workers import FAST, all_done, doing, enqueued, until, waiting

SECRET = "the new address is Glavna cesta 7"
Ids = dict[str, UUID]


@contextmanager
def log_lines() -> Iterator[list[JSON]]:
    """What the process logs, as the operator reads it."""
    lines, written = list[JSON](), io.StringIO()
    level = logging.getLevelName(logging.getLogger().level)
    try:
        with redirect_stderr(written):
            configure_logs("DEBUG")
            yield lines
    finally:
        configure_logs(level)
        lines += map(json.loads, written.getvalue().splitlines())


async def fails(_: Work, __: Ids) -> None:
    raise ValueError(SECRET)


async def test_a_failing_job_is_tried_again_and_then_kept_as_failed(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "TRIES_MAX", 3)
    await enqueued(town.ground, "fails")
    before = [outcomes("fails", one) for one in ("retried", "failed")]
    with log_lines() as lines:
        async with doing(town.ground, {"fails": fails}):
            await until(lambda: sql(town, "SELECT FROM pgqueuer WHERE status = 'failed'"))
    told = [line for line in lines if line.get("job") == "fails"]
    assert [(line["event"], line["count"]) for line in told] == [
        ("job to be tried again", 1),
        ("job to be tried again", 2),
        ("job failed", 3),
    ]
    assert {line["error"] for line in told} == {"ValueError"}
    assert all(line["where"] for line in told)
    after = [outcomes("fails", one) for one in ("retried", "failed")]
    assert [now - then for now, then in zip(after, before, strict=True)] == [2, 1]
    (kept,) = await waiting(town)
    assert set(jobs.ids_of(kept["payload"])) == {"some_id"}


async def test_nothing_that_an_error_says_is_kept_or_logged(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "TRIES_MAX", 2)
    await enqueued(town.ground, "fails")
    (job,) = await waiting(town)
    with log_lines() as lines:
        async with doing(town.ground, {"fails": fails}):
            await until(lambda: sql(town, "SELECT FROM pgqueuer WHERE status = 'failed'"))
    kept = str(await sql(town, "SELECT traceback FROM pgqueuer_log"))
    assert "ValueError" in kept
    for text in (SECRET, *map(str, jobs.ids_of(job["payload"]).values())):
        assert text not in kept
        assert text not in str(lines)


async def test_pgqueuer_logs_its_fixed_words_only(town: Town) -> None:
    with log_lines() as lines:
        async with doing(town.ground, {}):
            for _ in range(10):  # until it listens
                await sql(town, "SELECT pg_notify($1, $2)", jobs.NAMES.channel, SECRET)
                await asyncio.sleep(0.05)
    assert {line["event"] for line in lines} == {"Error parsing notification payload: %s"}


async def test_each_further_try_waits_longer(town: Town) -> None:
    error = ValueError()
    waits = []
    for tries in range(1, trying.TRIES_MAX):
        verdict = trying._after_failure(trying.Pace(), "fails", tries, error)
        assert isinstance(verdict, RetryRequested)
        waits.append(verdict.delay.total_seconds())
    assert waits[:3] == [5, 15, 45]
    assert waits == sorted(waits)
    assert max(waits) == trying.RETRY_SECONDS_MAX
    assert 5 * 3600 < sum(waits) < 6 * 3600


class Long:
    """A job that begins and goes on until it is let go."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.may_end = asyncio.Event()
        self.ended = 0

    async def __call__(self, _: Work, __: Ids) -> None:
        self.begun.set()
        await self.may_end.wait()
        self.ended += 1


async def test_a_job_in_progress_is_finished_before_the_worker_stops(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "CANCEL_SECONDS_MAX", 0.01)  # it does not come to that
    long = Long()
    await enqueued(town.ground, "long")
    async with doing(town.ground, {"long": long}) as stop:
        await asyncio.wait_for(long.begun.wait(), 10)
        stop.set()
        await asyncio.sleep(0.2)
        long.may_end.set()
    assert long.ended == 1
    assert await waiting(town) == []


@pytest.mark.parametrize("stop_seconds", [0.0, 0.1])
async def test_a_job_that_outlasts_the_stop_is_handed_back_and_done_by_the_next(
    town: Town, stop_seconds: float
) -> None:
    long = Long()
    await enqueued(town.ground, "long")
    pace = replace(FAST, stop_seconds=stop_seconds, silence_seconds=600)
    async with doing(town.ground, {"long": long}, pace=pace):
        await asyncio.wait_for(long.begun.wait(), 10)
    assert [job["status"] for job in await waiting(town)] == ["queued"]
    long.may_end.set()
    async with doing(town.ground, {"long": long}, pace=pace):
        await all_done(town)
    assert long.ended == 1


async def test_a_worker_that_is_cancelled_hands_its_job_back(town: Town) -> None:
    long = Long()
    await enqueued(town.ground, "long")
    shift = Shift(town.ground, {"long": long}, {}, asyncio.Event(), FAST)
    worker = asyncio.create_task(work_off(shift))
    await asyncio.wait_for(long.begun.wait(), 10)
    worker.cancel()
    await asyncio.wait({worker}, timeout=10)
    assert worker.cancelled()
    assert [job["status"] for job in await waiting(town)] == ["queued"]


async def test_a_worker_leaves_signals_and_logging_to_its_process(town: Town) -> None:
    asked = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [*map(signal.getsignal, asked), *logging.getLogger().handlers]
    async with doing(town.ground, {"fails": fails}):
        await asyncio.sleep(0.3)
        assert [*map(signal.getsignal, asked), *logging.getLogger().handlers] == before
        silent = logging.getLogger("pgqueuer").handlers
        assert [type(handler) for handler in silent] == [logging.NullHandler]


async def test_an_idle_worker_stops_at_once(town: Town) -> None:
    async with doing(town.ground, {"fails": fails}, pace=trying.Pace()) as stop:
        await asyncio.sleep(0.5)
        stop.set()
        asked = time.monotonic()
    assert time.monotonic() - asked < trying.Pace().poll_seconds / 2


async def test_a_sweep_that_fails_is_counted_and_leaves_the_jobs_alone(town: Town) -> None:
    async def breaks(_: Work) -> int:
        raise ValueError(SECRET)

    long = Long()
    long.may_end.set()
    with log_lines() as lines:
        async with doing(town.ground, {"long": long}, {"breaks": Sweep("* * * * *", breaks)}):
            await until(lambda: sql(town, "SELECT FROM pgqueuer_schedules"))
            await sql(town, "UPDATE pgqueuer_schedules SET next_run = now()")
        async with doing(town.ground, {"long": long}, {"breaks": Sweep("* * * * *", breaks)}):
            await until(lambda: sql(town, "SELECT FROM pgqueuer_schedules WHERE last_run < now()"))
            await enqueued(town.ground, "long")
            await all_done(town)
    assert [line["error"] for line in lines if line["event"] == "sweep failed"] == ["ValueError"]
    assert outcomes("breaks", "failed") == 1
    assert SECRET not in str(lines)


async def test_many_notices_of_changed_rows_wake_the_worker_once(town: Town) -> None:
    url = town.ground.settings.database_url
    assert url is not None
    connection = await asyncpg.connect(url.get_secret_value().replace("+asyncpg", ""))
    calls = list[object]()
    many = "SELECT pg_notify($1, $2 || n) FROM generate_series(1, 10) AS n"
    try:
        await _Driver(connection).add_listener(jobs.NAMES.channel, calls.append)
        for expected in (["table_changed_event 1"], ["table_changed_event 1"] * 2):
            await sql(town, many, jobs.NAMES.channel, "table_changed_event ")
            await asyncio.sleep(3 * WAKE_SECONDS)
            assert calls == expected
        await sql(town, "SELECT pg_notify($1, $2)", jobs.NAMES.channel, "health_check_event")
        await connection.fetch("SELECT 1")
        assert calls[2:] == ["health_check_event"], "somebody waits for this one"
    finally:
        await connection.close()


def outcomes(name: str, outcome: str) -> float:
    return float(JOBS.labels(name, outcome)._value.get())
