"""Work that is cut short, by its time or by who asked, leaves nothing behind, nor a connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy import text

from app.kit.db import (
    IDLE_IN_TRANSACTION_TIMEOUT,
    LOCK_TIMEOUT,
    SERVER_SETTINGS,
    STATEMENT_TIMEOUT,
    Database,
)
from app.kit.http import Public, Route, Working
from app.kit.reach import Relation, reaches
from app.ledger.journal.queries import JournalSource
from app.ledger.verifying import CHECK_SECONDS_MAX
from tests.doings import sql
from tests.town import Town, good, refused

LOST = text("UPDATE member SET alias = 'Lost'")
PID = text("SELECT pg_backend_pid()")
CANCELS = 20
"""Whoever has cancelled something with a scope does so again at each of its steps."""


@pytest.fixture
async def single(town: Town) -> AsyncIterator[Database]:
    """A pool of one connection: who does not give it back keeps everybody waiting."""
    url = town.ground.database.engine.url.render_as_string(hide_password=False)
    database = Database(url, pool_max=1, wait_seconds_max=2.0)
    yield database
    await database.close()


async def test_a_statement_that_takes_too_long_is_busy_and_leaves_nothing(
    town: Town, app: FastAPI
) -> None:
    ana = await town.member("Ana")
    router = APIRouter(route_class=Route)

    @router.post("/linger")
    @reaches(Relation.NOBODYS)
    async def linger(work: Working, _: Public) -> dict[str, Any]:
        await work.session.execute(LOST)
        await work.session.execute(text("SET LOCAL statement_timeout = '50ms'"))
        await work.session.execute(text("SELECT pg_sleep(5)"))
        return {}

    app.include_router(router)
    answer = await town.client.post("/linger")
    refused(answer, 503, "busy")
    assert answer.headers["retry-after"]
    assert good(await ana.get("/v1/me"))["alias"] == "Ana"


async def test_every_connection_has_its_limits_of_time(town: Town, single: Database) -> None:
    limits = {
        "lock_timeout": LOCK_TIMEOUT,
        "statement_timeout": STATEMENT_TIMEOUT,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_TIMEOUT,
    }
    assert limits.items() <= SERVER_SETTINGS.items(), "the worker's connections have them too"
    async with single.begin() as session:
        for name, limit in limits.items():
            assert await session.scalar(text(f"SHOW {name}")) == limit
    async with single.begin() as session:
        await JournalSource(session, town.bank_id).accounts()
        idle = await session.scalar(text("SHOW idle_in_transaction_session_timeout"))
        assert idle == "1min", "a slow reader of the journal"
    async with single.begin() as session:
        again = await session.scalar(text("SHOW idle_in_transaction_session_timeout"))
        assert again == IDLE_IN_TRANSACTION_TIMEOUT
    async with single.begin_patiently(CHECK_SECONDS_MAX) as session:
        assert await session.scalar(text("SHOW statement_timeout")) == "10min"
        assert await session.scalar(text("SHOW lock_timeout")) == LOCK_TIMEOUT


async def test_who_is_cancelled_again_and_again_gives_the_connection_back_at_rest(
    town: Town, single: Database
) -> None:
    ana = await town.member("Ana")
    async with single.begin() as session:
        before = await session.scalar(PID)
    begun = asyncio.Event()

    async def held() -> None:
        async with single.begin() as session:
            await session.execute(LOST)
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(held())
    await begun.wait()
    for _ in range(CANCELS):
        task.cancel()
        await asyncio.sleep(0)
    with suppress(asyncio.CancelledError):
        await task
    async with single.begin() as session:
        assert await session.scalar(PID) == before, "nobody had to throw it away"
    open_ = "SELECT FROM pg_stat_activity WHERE pid = $1 AND state <> 'idle'"
    assert await sql(town, open_, before) == []
    assert good(await ana.get("/v1/me"))["alias"] == "Ana"
