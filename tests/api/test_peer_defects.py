"""What went wrong in other ledgers, and does not here: each defect under the name of its engine.

Where a defect is known from is said at each test: an issue of the engine's, or its code.
"""

import asyncio

import asyncpg
import pytest
from sqlalchemy import text

from app.kit.ground import Ground
from app.ledger import operations
from app.ledger.operations import Posted
from app.ledger.rules import HoldEnded
from app.ledger.sealing.operations import take_seal
from app.ledger.sealing.signing import sealer_of
from app.ledger.sealing.tables import Seal
from app.ledger.verifying import prove
from app.store import migrate
from tests.conftest import FakeClock
from tests.databases import Cluster
from tests.doings import deadlocks, until
from tests.property.books import Asked, Books, Move
from tests.schema import rows_of
from tests.unit.ledger.test_chain import LEG, POSTING

FUND, ISSUER, STRICT, POOR, MEMBER = range(5)
"""Accounts of `Books`; a member may go to -720 minutes, who is poor to -60."""
SEPARATORS = ("|", "||", "a|b", "a", "b", "\x1f", "é", "e\u0301")


def moving(*moves: Move, ends: int | None = None) -> Asked:
    return Asked(moves, None, ends, passes=False)


def holding(account: int, minutes: int) -> Asked:
    return Asked((), (account, minutes), None, passes=False)


@pytest.fixture
async def books(ground: Ground) -> Books:
    return await Books.opened(ground)


async def sealed(books: Books) -> Seal:
    sealer = sealer_of(books.ground.settings)
    assert sealer is not None
    async with books.ground.database.begin() as session:
        return await take_seal(books.ground.work(session), books.bank_id, sealer)


async def findings(books: Books) -> set[str]:
    ground = books.ground
    return {one.check for one in await prove(ground, books.bank_id, sealer_of(ground.settings))}


async def test_pgledger_balance_at_a_time_under_overlap(books: Books, clock: FakeClock) -> None:
    """Its `created_at` is `now()`, when the transaction began: it said 5 where 15 was true."""
    ground = books.ground
    async with ground.database.begin() as slow:
        await slow.execute(text("SELECT now()"))  # for this transaction it stays this late
        await books.settle([moving(Move(ISSUER, MEMBER, 5))])
        at = clock()
        late = books.instruction(moving(Move(ISSUER, MEMBER, 10)))
        await operations.settle_many(slow, [late], clock)
        assert (await books.balance_at(MEMBER, at)).balance_minutes == 5
    assert (await books.balance_at(MEMBER, at)).balance_minutes == 5
    assert (await books.balance_at(MEMBER, clock())).balance_minutes == 15


async def test_formance_opposite_pairs(books: Books, cluster: Cluster, database: str) -> None:
    """It locks the sources and then all: A to B against B to A deadlocks (issues 764, 767, 769)."""
    await books.settle([moving(Move(ISSUER, one, 600)) for one in (STRICT, POOR, MEMBER)])
    ways = (
        (Move(STRICT, MEMBER, 1),),
        (Move(MEMBER, STRICT, 1),),
        (Move(STRICT, POOR, 1), Move(POOR, MEMBER, 1), Move(MEMBER, STRICT, 1)),
        (Move(MEMBER, POOR, 1), Move(POOR, STRICT, 1), Move(STRICT, MEMBER, 1)),
    )
    asked = [books.settle([moving(*way)]) for _ in range(10) for way in ways]
    answers = [answer for (answer,) in await asyncio.gather(*asked)]
    assert all(isinstance(answer, Posted) for answer in answers)
    assert await findings(books) == set()
    assert await deadlocks(books.ground, cluster, database) == 0


async def test_formance_late_committer_in_no_hash(
    books: Books, clock: FakeClock, cluster: Cluster, database: str
) -> None:
    """Its blocks take ids above the last: a lower id that commits later can be altered unseen."""
    async with books.ground.database.begin() as slow:
        late = books.instruction(moving(Move(POOR, MEMBER, 7)))
        (posted,) = await operations.settle_many(slow, [late], clock)
        assert isinstance(posted, Posted)
        await books.settle([moving(Move(ISSUER, FUND, 5))])
        assert (await sealed(books)).postings == 1
    assert (await sealed(books)).postings == 2
    assert await findings(books) == set()
    (posting_id,) = posted.posting_ids
    alter = f"UPDATE posting SET leg = leg, minutes = 8 WHERE posting_id = '{posting_id}'"
    await cluster.run(f"SET session_replication_role = replica; {alter}", database)
    assert "V6" in await findings(books)


async def test_formance_balance_updates_are_not_hot(
    books: Books, cluster: Cluster, database: str
) -> None:
    """An index over its balances makes every update write all indexes (migration 25)."""
    for _ in range(20):
        await books.settle([moving(Move(ISSUER, MEMBER, 1))])
    await books.ground.database.close()  # a connection reports its numbers when it ends
    connection = await cluster.connect(database)
    updates = "FROM pg_stat_user_tables WHERE relname = 'account'"
    await until(lambda: connection.fetchval(f"SELECT n_tup_upd >= 40 {updates}"))
    assert await connection.fetchval(f"SELECT n_tup_hot_upd >= 0.9 * n_tup_upd {updates}")
    await connection.close()


async def test_formance_a_late_deed_rewrites_those_before(books: Books) -> None:
    """A backdated transaction of its rewrites every later move of the account."""
    await books.settle([moving(Move(ISSUER, MEMBER, n)) for n in (5, 10, 15)])
    connection = await asyncpg.connect(_owner(books), timeout=10)
    before = (await rows_of(connection, books.bank_id))["posting"]
    books.ground.clock.advance(days=-1)  # type: ignore[attr-defined]  # the clock of the tests
    await books.settle([moving(Move(MEMBER, ISSUER, 1))])
    after = (await rows_of(connection, books.bank_id))["posting"]
    await connection.close()
    assert set(before) < set(after)
    assert await findings(books) == set()


def _owner(books: Books) -> str:
    url = books.ground.settings.owner_database_url
    assert url is not None
    return url.get_secret_value().replace("+asyncpg", "")


DEED = """DELETE FROM deed WHERE kind = 'test'
                  AND deed_id NOT IN (SELECT deed_id FROM posting)"""
REWRITTEN = {
    "pgledger: UPDATE of an entry": (["UPDATE posting SET minutes = 6 WHERE minutes = 5"], "V3"),
    "pgledger: UPDATE of its balance": (
        ["UPDATE posting SET credit_balance_minutes = 9 WHERE minutes = 5"],
        "V3",
    ),
    "pgledger: DELETE of an entry": (["DELETE FROM posting WHERE minutes = 2"], "V12"),
    "hordak: DELETE of a transaction, with its legs": (
        ["DELETE FROM posting WHERE minutes = 5", DEED],
        "V2",
    ),
    "blnk: DELETE of the newest transaction": (
        ["DELETE FROM posting WHERE minutes = 2", DEED],
        "V3b",
    ),
}
"""What can be done there to what was written, and a check of ours that says so, beside V6."""


@pytest.mark.parametrize(("statements", "check"), REWRITTEN.values(), ids=REWRITTEN)
async def test_pgledger_hordak_and_blnk_change_what_was_written(
    books: Books,
    urls: migrate.Urls,
    cluster: Cluster,
    database: str,
    statements: list[str],
    check: str,
) -> None:
    """There it goes through, and nothing tells."""
    await books.settle([moving(Move(ISSUER, MEMBER, 5)), moving(Move(MEMBER, FUND, 2))])
    program = await asyncpg.connect(urls.application.replace("+asyncpg", ""), timeout=10)
    for statement in statements:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await program.execute(statement)
    await program.close()
    await cluster.run(";".join(statements), database)
    assert {check, "V6"} <= await findings(books)


async def test_hordak_and_blnk_numbers_of_32_bits(
    books: Books, cluster: Cluster, database: str
) -> None:
    """In a trigger of the one, and as ids of the other: they end at 2,147,483,647."""
    await cluster.run(f"UPDATE account SET seq = {2**31 - 1}", database)
    (posted,) = await books.settle([moving(Move(ISSUER, MEMBER, 5))])
    assert isinstance(posted, Posted)
    assert posted.legs[0].credit_seq == 2**31


async def test_blnk_dropped_tail(books: Books, cluster: Cluster, database: str) -> None:
    """Its check compares the head only where the last number is the recorded one."""
    await books.settle([moving(Move(ISSUER, MEMBER, n)) for n in (5, 10, 15)])
    await sealed(books)
    drop = "DELETE FROM posting WHERE minutes = 15"
    await cluster.run(f"SET session_replication_role = replica; {drop}", database)
    assert {"V2", "V3b", "V6", "V12"} <= await findings(books)


def test_blnk_hash_fields_joined_by_a_separator() -> None:
    """It joins the fields that it hashes with `|`: two different rows can hash alike."""
    digests = {LEG.digest(POSTING._replace(kind=kind).packed()) for kind in SEPARATORS}
    assert len(digests) == len(SEPARATORS)


async def test_blnk_holds_exceed_the_balance(books: Books) -> None:
    """Holds do not count against its limit (issue 181)."""
    asked = [books.settle([holding(POOR, 30)]) for _ in range(8)]
    answers = [type(answer).__name__ for (answer,) in await asyncio.gather(*asked)]
    assert sorted(answers) == ["NotEnoughHours"] * 6 + ["Posted"] * 2


async def test_blnk_a_hold_is_ended_twice(books: Books) -> None:
    """A hold that was rejected can still be committed there (issue 182)."""
    await books.settle([holding(MEMBER, 60)])
    asked = [books.settle([moving(Move(MEMBER, FUND, 60), ends=0)]) for _ in range(4)]
    answers = [answer for (answer,) in await asyncio.gather(*asked)]
    assert sum(isinstance(answer, HoldEnded) for answer in answers) == 3
    await books.settle([holding(MEMBER, 30)])
    ended, again = await books.settle([moving(Move(MEMBER, FUND, 30), ends=1)] * 2)
    assert isinstance(ended, Posted)
    assert isinstance(again, HoldEnded)


async def test_blnk_atomic_bulk_depends_on_its_order(books: Books) -> None:
    """There a group is refused when a leg dips under the limit on the way (issue 183)."""
    legs = (Move(STRICT, POOR, 60), Move(POOR, MEMBER, 60), Move(ISSUER, STRICT, 60))
    for way in (legs, legs[::-1]):
        (answer,) = await books.settle([moving(*way)])
        assert isinstance(answer, Posted)
    assert await findings(books) == set()
