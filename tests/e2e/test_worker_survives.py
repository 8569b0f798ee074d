"""Workers that compete, are killed, or lose their database."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from app.kit.cluster import cluster_of
from app.kit.embedded import server_of
from app.kit.ground import Ground, Work
from app.kit.programs import pids, works_in
from app.kit.settings import Environment, Settings, load_settings
from app.store import migrate, place
from tests.doings import sql, status_of
from tests.town import Person, Town
from tests.workers import all_are_due, all_done, doing, enqueued, until, waiting, working

ROOT = Path(__file__).parents[2]
WORKER = """
import asyncio
from datetime import datetime
from sys import argv
from app.kit.settings import load_settings
from app.worker import run
from tests.workers import FAST
now = datetime.fromisoformat(argv[1])
asyncio.run(run(load_settings(), asyncio.Event(), clock=lambda: now, pace=FAST))
"""
MANY = 30


@pytest.fixture
async def pair(town: Town) -> tuple[Person, Person]:
    return await town.member("Ana"), await town.member("Bor", minutes=120)


async def test_two_workers_do_each_job_once(town: Town) -> None:
    done = list[str]()

    async def do(_: Work, ids: dict[str, UUID]) -> None:
        done.append(str(ids["some_id"]))
        await asyncio.sleep(0.01)

    for _ in range(MANY):
        await enqueued(town.ground, "do")
    async with doing(town.ground, {"do": do}), doing(town.ground, {"do": do}):
        await all_done(town)
    assert len(done) == len(set(done)) == MANY
    picks = await sql(town, "SELECT job_id FROM pgqueuer_log WHERE status = 'picked'")
    assert len(picks) == MANY


@contextmanager
def process(town: Town) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process of its own."""
    settings = town.ground.settings
    assert settings.database_url is not None
    variables = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "TIMEBANK_ENVIRONMENT": settings.environment,
        "TIMEBANK_DATA_FOLDER": str(settings.data_folder),
        "TIMEBANK_DATABASE_URL": settings.database_url.get_secret_value(),
    }
    now = town.ground.clock().isoformat()
    with subprocess.Popen([sys.executable, "-c", WORKER, now], env=variables) as worker:
        try:
            yield worker
        finally:
            worker.kill()


async def test_the_job_of_a_worker_killed_in_the_middle_of_it_is_done_by_another(
    town: Town, pair: tuple[Person, Person]
) -> None:
    exchange = await town.accepted(*pair)
    await town.step_on(60)
    await sql(town, "DELETE FROM pgqueuer WHERE id = (SELECT min(id) FROM pgqueuer)")
    await all_are_due(town)
    url = town.ground.settings.owner_database_url
    assert url is not None
    blocker = await asyncpg.connect(url.get_secret_value().replace("+asyncpg", ""))
    try:
        async with blocker.transaction():
            await blocker.execute("SELECT FROM exchange FOR UPDATE")
            with process(town) as worker:
                await until(lambda: blocked(town))
                worker.send_signal(signal.SIGKILL)
    finally:
        await blocker.close()
    assert {job["status"] for job in await waiting(town)} == {"picked"}

    async with working(town):
        await all_done(town)
    bor = await town.signed_in(pair[1].email)
    assert await status_of(bor, exchange) == "expired"
    assert (await bor.account())["held_minutes"] == 0
    assert len(await sql(town, "SELECT FROM hold_end")) == 1


async def blocked(town: Town) -> bool:
    asked = (
        "SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = $1"
    )
    return bool(await sql(town, asked, town.ground.database.engine.url.database))


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[Settings]:
    """A migrated database on a server of its own, which may be killed."""
    settings = load_settings(environment=Environment.TEST, data_folder=tmp_path, log_level="ERROR")
    async with place.held_up(settings):
        await migrate.prepare_embedded(server_of(tmp_path))
        await migrate.upgrade(place.owner_urls(settings))
        yield settings


async def test_a_worker_comes_back_by_itself_when_the_database_does(own: Settings) -> None:
    done = set[str]()

    async def first(work: Work, _: dict[str, UUID]) -> None:
        await work.session.execute(text("SELECT 1"))
        done.add("first")

    async def second(work: Work, _: dict[str, UUID]) -> None:
        await work.session.execute(text("SELECT 1"))
        done.add("second")

    async def is_done(name: str) -> bool:
        return name in done

    deeds = {"first": first, "second": second}
    async with fresh(own) as ground, fresh(own) as other, doing(ground, deeds):
        await enqueued(ground, "first")
        await until(lambda: is_done("first"))
        kill_postgres(own.data_folder)
        await asyncio.sleep(0.5)
        async with place.held_up(own):
            await enqueued(other, "second")
            await until(lambda: is_done("second"))


@asynccontextmanager
async def fresh(settings: Settings) -> AsyncIterator[Ground]:
    """Means of its own, that know nothing of a connection lost before."""
    ground = Ground.of(settings, place.application_url(settings))
    yield ground
    await ground.database.close()


def kill_postgres(folder: Path) -> None:
    for pid in pids():
        if works_in(cluster_of(folder), pid, if_hidden=False):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
