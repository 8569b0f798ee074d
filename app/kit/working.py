"""Working off the queue: jobs when they are due, sweeps by the clock, until told to stop.

PgQueuer's own loop does it. What would go wrong with its defaults is decided here and in `trying`:

- a job cancelled in the middle would be deleted as done: it is handed back;
- an error's message would be kept in its log table: only the error's type is;
- each timer that is enqueued would wake every worker at once: the calls are gathered;
- a lost connection would end the loop: it begins anew, with back-off.
"""

import asyncio
import logging
import random
import time
from contextlib import suppress
from datetime import timedelta
from typing import Final

import asyncpg
from pgqueuer import AsyncpgDriver, PgQueuer
from pgqueuer.ports.driver import NotifyCallback

from app.kit import jobs, trying
from app.kit.db import COMMAND_SECONDS_MAX, CONNECT_SECONDS_MAX, SERVER_SETTINGS
from app.kit.ground import Ground
from app.kit.logs import log, where
from app.kit.trying import JobFailed, Shift

AT_ONCE_MAX: Final = 8
BATCH_MAX: Final = 4
RECONNECT_SECONDS_MAX: Final = 10.0
CANCELS_MAX: Final = 2
CANCEL_SECONDS_MAX: Final = 2.0
CLOSE_SECONDS_MAX: Final = 5.0
WAKE_SECONDS: Final = 0.2
_A_ROW_CHANGED: Final = "table_changed_event"


class _Driver(AsyncpgDriver):
    """Gathers the notices of changed rows: one wakes the worker for all of `WAKE_SECONDS`."""

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        loop = asyncio.get_running_loop()
        waking: list[asyncio.TimerHandle] = []

        def wake(payload: str | bytes | bytearray) -> None:
            waking.clear()
            callback(payload)

        def notice(payload: str | bytes | bytearray) -> None:
            if _A_ROW_CHANGED not in str(payload):
                callback(payload)
            elif not waking:
                waking.append(loop.call_later(WAKE_SECONDS, wake, payload))

        await super().add_listener(channel, notice)


async def work_off(shift: Shift) -> None:
    """Do what is due until `stop` is set; a failure or a lost database only interrupts it."""
    _quieten()
    pause = shift.pace.reconnect_seconds
    while not shift.stop.is_set():
        began = time.monotonic()
        try:
            await _connected(shift)
        except Exception as error:  # noqa: BLE001 whatever it was, the jobs that wait must be done
            log.error("worker interrupted", error=type(error).__name__, where=where(error))
        if time.monotonic() - began > RECONNECT_SECONDS_MAX:
            pause = shift.pace.reconnect_seconds
        with suppress(TimeoutError):
            jitter = random.uniform(0.5, 1)  # noqa: S311 jitter
            await asyncio.wait_for(shift.stop.wait(), pause * jitter)
        pause = min(2 * pause, RECONNECT_SECONDS_MAX)


async def _connected(shift: Shift) -> None:
    """Work over one connection until the end, or until it is lost."""
    connection = await _connect(shift.ground)
    try:
        queue = _queue(shift, connection)
        connection.add_termination_listener(lambda _: queue.shutdown.set())
        await _run(shift, queue)
    finally:
        with suppress(OSError, TimeoutError, asyncpg.InterfaceError):
            await connection.close(timeout=CLOSE_SECONDS_MAX)
    if not shift.stop.is_set():
        raise ConnectionError


async def _run(shift: Shift, queue: PgQueuer) -> None:
    async def pass_on() -> None:
        await shift.stop.wait()
        queue.shutdown.set()

    running = asyncio.create_task(
        queue.run(
            dequeue_timeout=timedelta(seconds=shift.pace.poll_seconds),
            heartbeat_timeout=timedelta(seconds=shift.pace.silence_seconds),
            batch_size=BATCH_MAX,
            max_concurrent_tasks=AT_ONCE_MAX,
            log_aggregation_interval=timedelta(0),  # our metrics count
        )
    )
    stopping = asyncio.create_task(pass_on())
    try:
        await queue.shutdown.wait()  # PgQueuer sets it itself when it ends
        await asyncio.wait({running}, timeout=shift.pace.stop_seconds)
    finally:
        stopping.cancel()
        await _cancel(running)
    if running.done() and not running.cancelled() and (error := running.exception()):
        raise error


async def _cancel(running: asyncio.Task[None]) -> None:
    """Hand back what is still in progress; the first call may reach PgQueuer's loop only."""
    for _ in range(CANCELS_MAX):
        running.cancel()
        await asyncio.wait({running}, timeout=CANCEL_SECONDS_MAX)


async def _connect(ground: Ground) -> asyncpg.Connection:
    """A connection to the ground's database beside its pool, to listen on."""
    engine = ground.database.engine
    _, address = engine.dialect.create_connect_args(engine.url)
    address.pop("prepared_statement_cache_size", None)  # SQLAlchemy's, not asyncpg's
    return await asyncpg.connect(
        **address,
        timeout=CONNECT_SECONDS_MAX,
        command_timeout=COMMAND_SECONDS_MAX,
        server_settings=SERVER_SETTINGS | {"application_name": "timebank_worker"},
    )


def _queue(shift: Shift, connection: asyncpg.Connection) -> PgQueuer:
    driver = _Driver(connection)
    queue = PgQueuer(driver, jobs.NAMES.channel, queries=jobs.queries_over(driver))
    for name, deed in shift.jobs.items():
        entrypoint = queue.entrypoint(name, accepts_context=False, on_failure="hold")
        entrypoint(trying.job(shift, name, deed))
    for name, sweep in shift.sweeps.items():
        schedule = queue.schedule(name, sweep.cron, accepts_context=False)
        schedule(trying.sweeping(shift, name, sweep))
    return queue


def _quieten() -> None:
    """Let PgQueuer log its fixed words only."""
    logger = logging.getLogger("pgqueuer")
    logger.setLevel(logging.WARNING)
    logger.addFilter(_fixed_words)


def _fixed_words(record: logging.LogRecord) -> bool:
    record.args = ()  # may quote a notice or a job
    return not (record.exc_info and isinstance(record.exc_info[1], JobFailed))  # logged already
