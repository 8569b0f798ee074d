"""What the locks rest on: fresh rows, and one order for all."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy import select, text

from app.exchanges.queries import lock_exchanges
from app.exchanges.tables import Exchange
from app.identity.rules import Caller
from app.kit.db import lock_one
from app.kit.idempotency import Use, begin_many
from app.kit.ids import new_id
from app.ledger import queries
from tests.databases import Cluster
from tests.doings import account_id, deadlocks, take, until
from tests.town import Person, Town, good

WAITING = """
    SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'
"""


async def test_a_locked_row_is_read_as_it_is_now_whatever_was_read_before(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.proposed(ana, bor)
    asked = select(Exchange).where(
        Exchange.bank_id == town.bank_id, Exchange.exchange_id == UUID(exchange["id"])
    )
    async with town.ground.database.begin() as session:
        row = (await session.scalars(asked)).one()
        assert row.status == "proposed"
        good(await take(ana, exchange, "acceptance"))
        locked = await lock_one(session, asked)
        assert locked is row
        assert (row.status, row.hold_id is None) == ("accepted", False)


async def test_nothing_is_waited_for_without_an_end(town: Town) -> None:
    async with town.ground.database.begin() as session:
        for name in ("lock", "statement", "idle_in_transaction_session"):
            ends = await session.scalar(text(f"SHOW {name}_timeout"))
            assert ends not in {None, "0"}, name


async def test_a_lock_waits_for_what_another_has_not_committed(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.proposed(ana, bor)
    asked = select(Exchange).where(
        Exchange.bank_id == town.bank_id, Exchange.exchange_id == UUID(exchange["id"])
    )
    async with town.ground.database.begin() as session:
        row = await lock_one(session, asked)
        assert row is not None
        step = asyncio.create_task(take(ana, exchange, "acceptance"))
        done, _ = await asyncio.wait([step], timeout=0.2)
        assert not done
        row.minutes = 45
    assert good(await step)["minutes"] == 45


async def test_accounts_are_locked_in_the_order_of_their_ids_wherever_their_rows_lie(
    town: Town, cluster: Cluster, database: str
) -> None:
    people = [await town.member(f"Person {number}") for number in range(4)]
    ids = sorted([await account_id(town, person) for person in people])
    async with _connected(cluster, database) as other:
        await other.execute("VACUUM FULL account")  # no gap, into which an update could go
        for one in reversed(ids):  # an update writes the row anew, behind all the others
            await other.execute("UPDATE account SET seq = seq WHERE account_id = $1", one)
        rows = await other.fetch("SELECT account_id FROM account WHERE kind = 'member'")
        assert [row["account_id"] for row in rows] == ids[::-1], "they lie in the other order"
    free = await _free_meanwhile(cluster, database, "account", ids, _lock(town, ids))
    assert free >= set(ids), "who waits holds nothing yet"


async def test_keys_are_taken_in_the_order_of_their_texts(
    town: Town, cluster: Cluster, database: str
) -> None:
    ana = await town.member("Ana")
    uses = [Use(town.bank_id, ana.login_id, text, b"h" * 32) for text in ("a", "b", "c")]

    async def take_them(order: int) -> None:
        async with town.ground.database.begin() as session:
            await begin_many(town.ground.work(session), uses[::order])

    await take_them(1)
    texts = [one.text for one in uses]
    free = await _free_meanwhile(cluster, database, "idempotency_key", texts, take_them(-1))
    assert free >= set(texts)


async def test_exchanges_are_locked_in_the_order_of_their_ids(
    town: Town, cluster: Cluster, database: str
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    ids = sorted([UUID((await town.proposed(ana, bor))["id"]) for _ in range(3)])
    caller = Caller(town.bank_id, ana.login_id, new_id(), ana.member_id, frozenset())

    async def lock_them() -> None:
        async with town.ground.database.begin() as session:
            await lock_exchanges(session, [(caller, one) for one in reversed(ids)])

    assert await _free_meanwhile(cluster, database, "exchange", ids, lock_them()) >= set(ids)


async def test_who_leaves_locks_all_accounts_at_once_and_nobody_waits_in_a_circle(
    town: Town, cluster: Cluster, database: str
) -> None:
    """As many confirmations do: one has the account that the leaver needs next, and needs theirs.

    The leaver has the highest id, so in the one order their account is locked last of all.
    """
    people = [await town.member(f"Person {number}") for number in range(3)]
    ids = {await account_id(town, one): one for one in people}
    leaver, others = ids[max(ids)], [ids[one] for one in sorted(ids)[:-1]]
    accepted = {
        (await town.accepted(one, leaver, 10))["id"]: account for account, one in _but(ids, leaver)
    }
    needed = accepted[max(accepted)]  # exchanges are locked by id: this one's comes last
    async with _connected(cluster, database) as batch, _connected(cluster, database) as watcher:
        async with batch.transaction():
            await _take(batch, needed)
            leaving = asyncio.create_task(leaver.delete("/v1/me"))
            await until(lambda: watcher.fetchval(WAITING, database))
            await _take(batch, max(ids))
        assert (await leaving).status_code == 204
    assert await deadlocks(town.ground, cluster, database) == 0
    assert {(await one.account())["held_minutes"] for one in others} == {0}


def _but(ids: dict[UUID, Person], leaver: Person) -> list[tuple[UUID, Person]]:
    return [(account, one) for account, one in ids.items() if one is not leaver]


KEYS: Final = {"account": "account_id", "idempotency_key": "key", "exchange": "exchange_id"}


async def _free_meanwhile(
    cluster: Cluster,
    database: str,
    table: str,
    keys: Sequence[object],
    locking: Coroutine[Any, Any, object],
) -> set[object]:
    """Which rows can be locked while somebody waits for the first of these."""
    key = KEYS[table]
    async with _connected(cluster, database) as other, other.transaction():
        await other.execute(f"SELECT FROM {table} WHERE {key} = $1 FOR UPDATE", keys[0])
        waiting = asyncio.create_task(locking)
        async with _connected(cluster, database) as watcher:
            await until(lambda: watcher.fetchval(WAITING, database))
        free = await other.fetch(f"SELECT {key} FROM {table} FOR UPDATE SKIP LOCKED")
    await waiting
    return {row[key] for row in free}


async def _take(connection: "asyncpg.Connection[asyncpg.Record]", account: UUID) -> None:
    locked = "SELECT FROM account WHERE account_id = $1 FOR NO KEY UPDATE"
    await connection.execute(locked, account)


@asynccontextmanager
async def _connected(
    cluster: Cluster, database: str
) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await cluster.connect(database)
    try:
        yield connection
    finally:
        await connection.close()


async def _lock(town: Town, ids: list[UUID]) -> set[UUID]:
    async with town.ground.database.begin() as session:
        for way in ("enable_indexscan", "enable_bitmapscan"):  # an index would sort them by luck
            await session.execute(text(f"SET LOCAL {way} = off"))
        return set(await queries.lock_accounts(session, town.bank_id, ids[::-1]))
