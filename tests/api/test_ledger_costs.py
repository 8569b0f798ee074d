"""What a posting reads stays the same, however large its bank and however small the others are."""

from collections.abc import Sequence
from hashlib import md5
from uuid import UUID

from sqlalchemy import text

from app.exchanges.queries import lock_exchanges
from app.kit.fetching import fetch
from app.kit.ground import Ground
from app.ledger import queries
from app.ledger.statements.queries import list_statement
from tests.databases import Cluster, Connection
from tests.doings import until
from tests.property.books import Asked, Books, Move
from tests.town import Town, good

ISSUER, MEMBER = 1, 4
WAYS = ((ISSUER, MEMBER), (MEMBER, ISSUER))
"""Accounts of `Books`."""
MANY_BANKS, OF_EACH, OF_ONE = 300, 3, 4_000
POSTINGS = 12
"""Enough for PostgreSQL to choose whether it keeps a plan."""
READ_MAX = 12
"""Rows of accounts that one posting may read: two locked, two changed, each with its versions."""
CROWD = """
    SET session_replication_role = replica;
    CREATE TEMP TABLE bank_of AS
        SELECT gen_random_uuid() AS bank_id FROM generate_series(1, {banks});
    CREATE TEMP TABLE crowd AS
        SELECT bank_id FROM bank_of, generate_series(1, {of_each})
        UNION ALL SELECT '{bank_id}' FROM generate_series(1, {of_one});
    INSERT INTO account
        SELECT new.* FROM crowd,
            (SELECT to_jsonb(account) AS one FROM account WHERE kind = 'member' LIMIT 1) AS like_it,
            LATERAL jsonb_populate_record(NULL::account, like_it.one || jsonb_build_object(
                'bank_id', crowd.bank_id, 'account_id', gen_random_uuid())) AS new
"""
READ = "SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE relname = 'account'"


async def test_a_posting_in_a_large_bank_among_small_ones_reads_only_its_accounts(
    ground: Ground, cluster: Cluster, database: str
) -> None:
    books = await Books.opened(ground)
    crowd = CROWD.format(banks=MANY_BANKS, of_each=OF_EACH, of_one=OF_ONE, bank_id=books.bank_id)
    await cluster.run(crowd, database)
    await cluster.run("VACUUM ANALYZE account", database)
    await ground.database.close()  # one connection from here on, as if it had been there for long
    connection = await cluster.connect(database)
    before = await connection.fetchval(READ)
    for _ in range(POSTINGS):
        await books.settle([Asked((Move(ISSUER, MEMBER, 1),), None, None, passes=False)])
    await ground.database.close()  # it reports its numbers when it ends
    await until(lambda: connection.fetchval(f"SELECT ({READ}) > {before}"))
    read = await connection.fetchval(READ) - before
    await connection.close()
    assert read <= POSTINGS * READ_MAX


FILLED = {"hold_end": "hold_id", "idempotency_key": "key", "exchange": "exchange_id"}
"""What is empty in a new bank, and looked into by every deed that is asked for with a key."""
FILL = """
    SET session_replication_role = replica;
    INSERT INTO {table} SELECT new.* FROM generate_series(1, {rows}) AS number,
        (SELECT to_jsonb({table}) AS one FROM {table} LIMIT 1) AS like_it,
        LATERAL jsonb_populate_record(NULL::{table},
            like_it.one || jsonb_build_object('{name}', md5(number::text)::uuid)) AS new
"""
ROWS_READ = """
    SELECT sum(seq_tup_read)::bigint + (
        SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE relname = ANY($1))
      FROM pg_stat_user_tables WHERE relname = ANY($1)
"""
TIMES, ROWS, AT_ONCE = 8, 3_000, 40
"""A plan is kept after some executions; a batch has as many holds."""
READ_MAX_OF_FILLED = AT_ONCE * 2
"""Rows of them that a donation with its key and a batch of holds may read, all versions."""


async def test_plans_made_while_there_was_little_still_fit_when_there_is_much(
    town: Town, cluster: Cluster, database: str
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor", minutes=600)
    await town.settled(ana, bor)
    await cluster.run(FILL.format(table="hold", name="hold_id", rows=ROWS), database)
    await cluster.run("VACUUM ANALYZE hold", database)
    await town.ground.database.close()  # one connection from here on, which keeps its plans
    connection = await cluster.connect(database)
    caller = await town.caller_of(bor)
    some = [UUID(md5(str(one).encode()).hexdigest()) for one in range(AT_ONCE)]
    for number in range(2 * TIMES):
        if number == TIMES:
            for table, name in FILLED.items():
                await cluster.run(FILL.format(table=table, name=name, rows=ROWS), database)
            before = await read_so_far(town.ground, connection, [*FILLED])
        good(await bor.post("/v1/donations", {"minutes": 1}, key=f"key {number}"))
        async with town.ground.database.begin() as session:
            await queries.list_holds(session, town.bank_id, some)
            await lock_exchanges(session, [(caller, one) for one in some])
    read = await read_so_far(town.ground, connection, [*FILLED]) - before
    await connection.close()
    assert read <= TIMES * READ_MAX_OF_FILLED


HISTORY = ("posting", "deed", "reversal")
OLD, PAGE = 1_000, 20
READ_MAX_OF_A_LINE = 2
"""The posting and its deed; and one posting of the other side, to see that it is not next."""


async def test_a_page_of_a_long_statement_reads_what_it_shows(
    ground: Ground, cluster: Cluster, database: str
) -> None:
    books = await Books.opened(ground)
    given, taken = (Asked((Move(*way, 1),), None, None, passes=False) for way in WAYS)
    await books.settle([given] * OLD)
    await books.settle([taken])
    await cluster.run("VACUUM ANALYZE posting, deed", database)
    connection = await cluster.connect(database)
    before = await read_so_far(ground, connection, HISTORY)
    async with ground.database.read() as session:
        for _ in range(POSTINGS):
            lines = await list_statement(
                session, books.bank_id, books.accounts[MEMBER], before_seq=None, limit=PAGE
            )
            assert len(lines) == PAGE
    read = await read_so_far(ground, connection, HISTORY) - before
    await connection.close()
    assert read <= POSTINGS * (READ_MAX_OF_A_LINE * PAGE + 1)


async def read_so_far(ground: Ground, connection: Connection, tables: Sequence[str]) -> int:
    """Rows read of these tables until now; the program's connection is told to report them."""
    async with ground.database.read() as session:
        await fetch(session, text("SELECT pg_stat_force_next_flush()"), {})
    return int(await connection.fetchval(ROWS_READ, tables))
