"""What other ledgers read too much of, each under the name of its engine.

As in `test_peer_defects`. Rows are counted and not time, so that it is the same on every machine.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from app.ledger import operations, queries
from app.ledger.rules import AccountKind, Instruction, Leg
from tests.api.test_ledger_costs import HISTORY, READ_MAX_OF_A_LINE, read_so_far
from tests.databases import Cluster, Connection
from tests.doings import account_id
from tests.town import Person, Town, good

LONG, PAGE = 1_000, 20
PAGES_TO_THE_MIDDLE, LARGE_PAGE = 5, 100
ENTRIES = (*HISTORY, "hold", "hold_end")
ACCOUNTS = 3
"""The fund's, the issuing one and hers: PostgreSQL may read a small table whole."""
LOOKS_AT_BOTH_SIDES = 2 * (LONG.bit_length() + 1)
"""A moment is found by halving: one look-up on either side for each time that it is halved."""


@pytest.fixture
async def person(town: Town) -> Person:
    return await town.member("Ana", minutes=60)


async def written(town: Town, person: Person, count: int) -> None:
    """So many postings more on this account, a deed each, of a minute each."""
    account = await account_id(town, person)
    async with town.ground.database.begin() as session:
        issuer = await queries.get_bank_account(session, town.bank_id, AccountKind.ISSUING)
        known = await queries.count_postings(session, town.bank_id)
        deeds = [
            Instruction(town.bank_id, "test", f"test:{n}", legs=(Leg(issuer, account, 1),))
            for n in range(known, known + count)
        ]
        await operations.settle_many(session, deeds, town.ground.clock)


@dataclass
class Counted:
    """What a person looks at, and how much of the books is read for it."""

    town: Town
    person: Person
    connection: Connection

    async def rows(self, tables: Sequence[str], path: str, **params: Any) -> int:
        """So many rows of these tables are read."""
        before = await read_so_far(self.town.ground, self.connection, tables)
        good(await self.person.get(f"/v1/me/account{path}", params=params))
        return await read_so_far(self.town.ground, self.connection, tables) - before


@asynccontextmanager
async def counted(
    town: Town, person: Person, cluster: Cluster, database: str
) -> AsyncIterator[Counted]:
    """The program has one connection from here on, which is told to report what it reads."""
    await cluster.run("VACUUM ANALYZE posting, deed, account", database)
    await town.ground.database.close()
    connection = await cluster.connect(database)
    yield Counted(town, person, connection)
    await connection.close()


async def test_pgledger_history_without_an_index_on_account_and_time(
    town: Town, person: Person, cluster: Cluster, database: str
) -> None:
    """A look at its history reads all that the account ever had: 16-29 ms at 64,000 entries."""
    await written(town, person, LONG)
    page = await middle(person)
    async with counted(town, person, cluster, database) as look:
        for where in ({}, {"cursor": page["next_cursor"]}):
            read = await look.rows(HISTORY, "/postings", limit=PAGE, **where)
            assert PAGE <= read <= READ_MAX_OF_A_LINE * (PAGE + 1)
        read = await look.rows(HISTORY, "/balance", at=page["items"][-1]["at"])
        assert 1 <= read <= LOOKS_AT_BOTH_SIDES


async def middle(person: Person) -> dict[str, Any]:
    """A page in the middle of a long statement."""
    page: dict[str, Any] = {"next_cursor": None}
    for _ in range(PAGES_TO_THE_MIDDLE):
        where = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
        answer = await person.get("/v1/me/account/postings", params={"limit": LARGE_PAGE, **where})
        page = good(answer)
    return page


async def test_hordak_balances_are_sums(
    town: Town, person: Person, cluster: Cluster, database: str
) -> None:
    """A balance of its adds up all legs: 420 ms at a million of them (its PR 126)."""
    for more in (0, LONG):
        await written(town, person, more)
        async with counted(town, person, cluster, database) as look:
            assert await look.rows(ENTRIES, "") == 0
            assert 1 <= await look.rows(["account"], "") <= ACCOUNTS
