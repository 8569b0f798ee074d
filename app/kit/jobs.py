"""Durable jobs: enqueued in the request's own transaction, done by the worker.

The queue is PgQueuer's (docs/decisions/0004-job-queue.md). Its tables have no `bank_id` and stay
on one node; a job only carries ids, and decides nothing: the operation that it calls looks again.
So no harm is done by a job that runs twice, early or late.
"""

import json
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from pgqueuer.adapters.persistence import qb
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel
from pgqueuer.ports.driver import Driver, SyncDriver
from pgqueuer.queries import Queries, SyncQueries
from sqlalchemy import BigInteger, Column, Connection, MetaData, Table
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Session

from app.kit.ground import Work
from app.kit.sweeping import delete_some

LOG_KEPT_DAYS: Final = 30
SLACK: Final = timedelta(seconds=1)
"""A timer counts from the begin of its transaction, a little before the `now` of the deed."""


# Named here, because PgQueuer takes what is not from variables as common as CHANNEL.
NAMES: Final = DBSettings(
    prefix="",
    db_schema=None,
    channel=Channel("ch_pgqueuer"),
    function="fn_pgqueuer_changed",
    trigger="tg_pgqueuer_changed",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    queue_status_type="pgqueuer_status",
    statistics_table="pgqueuer_statistics",
    schedules_table="pgqueuer_schedules",
    durability=Durability.durable,
    widen_id=True,
)
_LOG: Final = Table(
    NAMES.queue_table_log,
    MetaData(),
    Column("id", BigInteger, primary_key=True),
    Column("created", TIMESTAMP(timezone=True)),
)


class _OurTransaction(SyncDriver):
    """Runs the queue's statements through SQLAlchemy, so that they are part of its transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        rows = self._connection.exec_driver_sql(query, args).mappings()
        return [dict(row) for row in rows]


async def enqueue(work: Work, name: str, ids: dict[str, UUID], *, run_at: datetime) -> None:
    """Run the job `name` at or soon after `run_at`, if this transaction commits."""
    payload = json.dumps({key: str(value) for key, value in ids.items()}).encode()
    wait = run_at - work.now
    after = wait + SLACK if wait > timedelta(0) else timedelta(0)

    def insert(session: Session) -> None:
        queries = SyncQueries(_OurTransaction(session.connection()), qb.QueryQueueBuilder(NAMES))
        queries.enqueue(name, payload, execute_after=after)

    await work.session.run_sync(insert)


def ids_of(payload: bytes | None) -> dict[str, UUID]:
    """The ids that a job was enqueued with."""
    return {key: UUID(value) for key, value in json.loads(payload or b"{}").items()}


def queries_over(driver: Driver) -> Queries:
    """The queue as the worker uses it, over a connection of its own."""
    return Queries(
        driver,
        qb.QueryBuilderEnvironment(NAMES),
        qb.QueryQueueBuilder(NAMES),
        qb.QuerySchedulerBuilder(NAMES),
    )


async def sweep_log(work: Work) -> int:
    """Forget what happened to jobs more than `LOG_KEPT_DAYS` ago; a batch, gives its size."""
    before = work.now - timedelta(days=LOG_KEPT_DAYS)
    return await delete_some(work.session, _LOG, _LOG.c.created < before)
