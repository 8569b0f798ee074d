from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest
from pgqueuer.domain.settings import DBSettings
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.kit import jobs
from app.kit.errors import Busy
from app.kit.ground import Work
from app.kit.retrying import meaning_of
from tests.doings import sql
from tests.town import Town
from tests.workers import waiting

IDS = {"some_id": uuid4()}


class Regret(Exception):
    """Rolls a transaction back."""


async def enqueue(work: Work, **wait: float) -> None:
    await jobs.enqueue(work, "something", IDS, run_at=work.now + timedelta(**wait))


async def test_a_job_waits_for_its_time_once_its_transaction_is_committed(town: Town) -> None:
    async with town.ground.database.begin() as session:
        await enqueue(town.ground.work(session), days=14)
        assert await waiting(town) == []
    (job,) = await waiting(town)
    assert (job["entrypoint"], job["status"]) == ("something", "queued")
    assert jobs.ids_of(job["payload"]) == IDS
    assert job["execute_after"] - job["created"] == timedelta(days=14) + jobs.SLACK


@pytest.mark.parametrize("wait", [0.0, -5.0])
async def test_a_job_whose_time_has_come_is_due_at_once(town: Town, wait: float) -> None:
    async with town.ground.database.begin() as session:
        await enqueue(town.ground.work(session), days=wait)
    assert [job["wait"] < timedelta(0) for job in await waiting(town)] == [True]


@pytest.mark.parametrize("before", [[], ["SELECT 1"]], ids=["as first statement", "after another"])
async def test_a_job_goes_with_its_transaction_when_that_is_rolled_back(
    town: Town, before: list[str]
) -> None:
    with suppress(Regret):
        async with town.ground.database.begin() as session:
            for statement in before:
                await session.execute(text(statement))
            await enqueue(town.ground.work(session))
            raise Regret
    assert await waiting(town) == []


async def test_a_job_goes_with_the_savepoint_that_is_rolled_back(town: Town) -> None:
    async with town.ground.database.begin() as session:
        work = town.ground.work(session)
        await enqueue(work)
        with suppress(Regret):
            async with session.begin_nested():
                await enqueue(work)
                raise Regret
    assert len(await waiting(town)) == 1


async def test_a_job_belongs_to_the_transaction_after_a_pause(town: Town) -> None:
    with suppress(Regret):
        async with town.ground.database.begin() as session:
            work = town.ground.work(session)
            await session.execute(text("SELECT 1"))
            await work.pause()
            await enqueue(work)
            raise Regret
    assert await waiting(town) == []


async def test_a_database_in_trouble_is_busy_for_a_job_as_for_any_statement(town: Town) -> None:
    async with town.ground.database.begin() as session:
        await session.execute(text("SET LOCAL statement_timeout = '50ms'"))
        await session.execute(text("LOCK TABLE pgqueuer IN SHARE ROW EXCLUSIVE MODE"))
        async with town.ground.database.begin() as other:
            await other.execute(text("SET LOCAL statement_timeout = '50ms'"))
            with pytest.raises(DBAPIError) as caught:
                await enqueue(town.ground.work(other))
            assert isinstance(meaning_of(caught.value), Busy)
            await other.rollback()


async def test_an_enqueued_job_leaves_nothing_on_the_pooled_connection(town: Town) -> None:
    await town.ground.database.close()  # or there might be several
    async with town.ground.database.begin() as session:
        await enqueue(town.ground.work(session))
        (mine,) = (await session.execute(text("SELECT pg_backend_pid()"))).scalars()
    async with town.ground.database.begin() as session:
        assert (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one() == mine
        listening = text("SELECT pg_listening_channels()")
        assert (await session.execute(listening)).all() == []
    assert (
        await sql(town, "SELECT FROM pg_locks WHERE pid = $1 AND locktype = 'advisory'", mine) == []
    )


def test_the_environment_renames_nothing_of_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANNEL", "stable")
    assert DBSettings().channel == "stable", "it reads such common variables"
    assert jobs.NAMES.model_fields_set == set(DBSettings.model_fields)
