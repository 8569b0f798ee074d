"""What a posting reads stays the same, however large its bank and however small the others are."""

from app.kit.ground import Ground
from tests.databases import Cluster
from tests.doings import until
from tests.property.books import Asked, Books, Move

ISSUER, MEMBER = 1, 4
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
