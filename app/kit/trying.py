"""One job or sweep: done in a transaction, tried again when it fails, at last kept as failed.

An error's message may quote a row, so only the error's type is kept and logged.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar
from uuid import UUID

from pgqueuer import RetryRequested
from pgqueuer.models import Job, Schedule

from app.kit import jobs, metrics
from app.kit.ground import Ground, Work
from app.kit.logs import log, where
from app.kit.retrying import with_retries

JOB_SECONDS_MAX: Final = 60.0
SWEEP_SECONDS_MAX: Final = 600.0
BANKS_FAIL_MAX: Final = 10
"""Where a sweep fails in so many banks, the banks are not the cause: it is left for next time."""
TRIES_MAX: Final = 12
RETRY_FACTOR: Final = 3
RETRY_SECONDS_MAX: Final = 3_600.0
"""With these, and 5 s before the second try, a job is tried for five and a half hours."""

Result = TypeVar("Result")
Deed = Callable[[Work, dict[str, UUID]], Awaitable[object]]
"""What a job does, in one transaction; it may come twice, early or late."""


@dataclass(frozen=True)
class Sweep:
    """Upkeep that recurs: when (cron, UTC), and its next batch, which gives its size."""

    cron: str
    batch: Callable[[Work], Awaitable[int]]

    async def sizes(self, ground: Ground, _: str) -> AsyncGenerator[int]:
        """Does batch after batch, until one is empty."""
        while size := await _in_transaction(ground, self.batch):
            yield size


@dataclass(frozen=True)
class BankSweep:
    """Upkeep that recurs: when, which banks are due, and what is done for one of them.

    Each bank has a transaction of its own, and where one fails the others still have their turn.
    """

    cron: str
    due: Callable[[Work], Awaitable[Sequence[UUID]]]
    batch: Callable[[Work, UUID], Awaitable[int]]

    async def sizes(self, ground: Ground, name: str) -> AsyncGenerator[int]:
        """Does bank after bank, in no order: those that fail always do not keep back the same."""
        due, failures = await _in_transaction(ground, self.due), 0
        for bank_id in random.sample(due, len(due)):
            try:
                yield await self._done(ground, bank_id)
            except Exception as error:
                failures += 1
                if failures == BANKS_FAIL_MAX:
                    raise
                _failed(name, error)

    async def _done(self, ground: Ground, bank_id: UUID) -> int:
        return await _in_transaction(ground, lambda work: self.batch(work, bank_id))


@dataclass(frozen=True)
class Pace:
    """How long the worker waits for things."""

    poll_seconds: float = 10.0
    """The queue is looked at so often even when no notice of a job arrives."""
    silence_seconds: float = 15.0
    """A job whose worker gave no sign of life for so long is taken by another: after a kill
    it waits this and one poll at most."""
    stop_seconds: float = 10.0
    """Jobs in progress may take so long once the worker is to stop; then they are handed back."""
    retry_seconds: float = 5.0
    """Between the first and the second try of a job."""
    reconnect_seconds: float = 0.5
    """After the first loss of the database; then twice as long each time."""


@dataclass(frozen=True)
class Shift:
    """What there is to do, with what, until when."""

    ground: Ground
    jobs: Mapping[str, Deed]
    sweeps: Mapping[str, Sweep | BankSweep]
    stop: asyncio.Event
    pace: Pace


class JobFailed(Exception):
    """A job was tried as often as it may be; says only of what type its last error was."""


def job(shift: Shift, name: str, deed: Deed) -> Callable[[Job], Awaitable[None]]:
    """One try of a job, in PgQueuer's form."""

    async def attempt(job: Job) -> None:
        try:
            async with asyncio.timeout(JOB_SECONDS_MAX):
                ids = jobs.ids_of(job.payload)
                await _in_transaction(shift.ground, lambda work: deed(work, ids))
        except asyncio.CancelledError:
            raise RetryRequested from None  # PgQueuer would delete it as if it were done
        except Exception as error:  # noqa: BLE001 whatever it was, the job is tried again
            raise _after_failure(shift.pace, name, job.attempts + 1, error) from None
        metrics.JOBS.labels(name, "done").inc()

    return attempt


def sweeping(
    shift: Shift, name: str, sweep: Sweep | BankSweep
) -> Callable[[Schedule], Awaitable[None]]:
    """All batches of a sweep, each in its own transaction, in PgQueuer's form."""

    async def all_batches(_: Schedule) -> None:
        count = 0
        try:
            async with (
                asyncio.timeout(SWEEP_SECONDS_MAX),
                aclosing(sweep.sizes(shift.ground, name)) as sizes,
            ):
                async for size in sizes:
                    count += size
                    if shift.stop.is_set():
                        break
        except Exception as error:  # noqa: BLE001 whatever it was, the next one goes on from here
            _failed(name, error, count)
        else:
            log.info("sweep done", job=name, count=count)
            metrics.JOBS.labels(name, "done").inc()

    return all_batches


def _failed(name: str, error: Exception, count: int = 0) -> None:
    kind = type(error).__name__
    log.error("sweep failed", job=name, count=count, error=kind, where=where(error))
    metrics.JOBS.labels(name, "failed").inc()


def _after_failure(pace: Pace, name: str, tries: int, error: Exception) -> Exception:
    """What PgQueuer is to do with the job: try it later, or keep it as failed."""
    kind = type(error).__name__
    facts = {"job": name, "count": tries, "error": kind, "where": where(error)}
    if tries >= TRIES_MAX:
        log.error("job failed", **facts)
        metrics.JOBS.labels(name, "failed").inc()
        return JobFailed(kind)
    log.warning("job to be tried again", **facts)
    metrics.JOBS.labels(name, "retried").inc()
    seconds = min(pace.retry_seconds * RETRY_FACTOR ** (tries - 1), RETRY_SECONDS_MAX)
    return RetryRequested(timedelta(seconds=seconds), kind)


async def _in_transaction(ground: Ground, deed: Callable[[Work], Awaitable[Result]]) -> Result:
    async def attempt() -> Result:
        async with ground.database.begin() as session:
            return await deed(ground.work(session))

    return await with_retries(attempt, is_repeatable=True)
