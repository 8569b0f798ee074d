"""Durable jobs: enqueued on the request's own connection, in its transaction.

The queue is PgQueuer's (docs/decisions/0004-job-queue.md). Its tables have no `bank_id` and stay
on one node; a job only carries ids, and decides nothing: the operation that it calls looks again.
"""

import json
from datetime import datetime, timedelta
from uuid import UUID

from pgqueuer.queries import Queries

from app.kit.ground import Work


class NoTransaction(RuntimeError):
    """A job may only be enqueued in an open transaction, or it would outlive a rollback."""


async def enqueue(work: Work, name: str, ids: dict[str, UUID], *, run_at: datetime) -> None:
    """Run the job `name` at or after `run_at`, if this transaction commits.

    Raises:
        NoTransaction: when nothing was executed before, so that no transaction is open yet.
    """
    connection = await (await work.session.connection()).get_raw_connection()
    driver = connection.driver_connection
    # SQLAlchemy begins with the first statement; a job before it would survive a rollback.
    if driver is None or not driver.is_in_transaction():
        raise NoTransaction
    payload = json.dumps({key: str(value) for key, value in ids.items()}).encode()
    queries = Queries.from_asyncpg_connection(driver)
    await queries.enqueue(name, payload, execute_after=max(run_at - work.now, timedelta(0)))


def ids_of(payload: bytes | None) -> dict[str, UUID]:
    """The ids that a job was enqueued with."""
    return {key: UUID(value) for key, value in json.loads(payload or b"{}").items()}
