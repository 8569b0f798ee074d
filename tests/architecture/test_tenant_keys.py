"""Every row belongs to one bank, and no reference can leave it: the schema shards by `bank_id`."""

from asyncpg import Connection
from sqlalchemy import ForeignKeyConstraint, Table, UniqueConstraint

from app.store.schema import metadata
from tests.databases import Cluster
from tests.schema import NOT_OURS

TENANT = "bank_id"
TABLES = list(metadata.tables.values())
MAY_BE_UNIQUE_ALONE = {
    "bank.slug": "the list of banks is one table for the whole installation, copied to every node",
}

OUTLIVING = {
    "idempotency_key": "a kept answer lives a day and outlives its login",
    "rate_count": "a count lives an hour, and strangers have no bank",
}
"""Tables whose rows refer to nothing, and why."""


def named(table: Table, columns: object) -> str:
    return f"{table.name}.{columns}"


def first_columns(table: Table) -> dict[str, str]:
    """The columns of each unique constraint and unique index, and the first of them."""
    unique = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    columns = [list(one.columns.keys()) for one in unique]
    columns += [list(one.columns.keys()) for one in table.indexes if one.unique]
    return {named(table, ",".join(names)): names[0] for names in columns}


def test_every_key_starts_with_the_bank() -> None:
    keys = {table.name: next(iter(table.primary_key.columns.keys()), "") for table in TABLES}
    assert keys == dict.fromkeys(keys, TENANT)


def test_whatever_is_unique_is_unique_in_one_bank() -> None:
    firsts = {name: first for table in TABLES for name, first in first_columns(table).items()}
    assert firsts
    alone = {name for name, first in firsts.items() if first != TENANT}
    assert alone == set(MAY_BE_UNIQUE_ALONE)


def test_every_reference_carries_the_bank() -> None:
    references = {
        named(table, "+".join(key.column_keys)): [
            (element.parent.name, element.column.name) for element in key.elements
        ]
        for table in TABLES
        for key in table.constraints
        if isinstance(key, ForeignKeyConstraint)
    }
    assert references
    assert {name for name, pairs in references.items() if pairs[0] != (TENANT, TENANT)} == set()


def test_every_table_but_the_list_of_banks_refers_to_something_of_its_bank() -> None:
    loose = {table.name for table in TABLES if not table.foreign_keys}
    assert loose == {"bank", *OUTLIVING}


async def test_no_table_is_there_that_is_not_declared(cluster: Cluster, database: str) -> None:
    found = await _fetch(
        cluster,
        database,
        "SELECT relname FROM pg_class t WHERE t.relkind IN ('r', 'p', 'v', 'm')"
        " AND t.relnamespace = 'public'::regnamespace",
    )
    assert {name for name in found if not name.startswith(NOT_OURS)} == set(metadata.tables)


async def test_nothing_stands_in_the_way_of_sharding(cluster: Cluster, database: str) -> None:
    ours = f"!~ '^({'|'.join(NOT_OURS)})'"
    on_ours = f"::regclass::text {ours}"
    for asked in (
        f"SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid{on_ours}",
        f"SELECT relname FROM pg_class WHERE relkind = 'S' AND relname {ours}",
        f"SELECT conname FROM pg_constraint WHERE condeferrable AND conrelid{on_ours}",
        f"SELECT typname FROM pg_type WHERE typtype = 'e' AND typname {ours}",
    ):
        assert await _fetch(cluster, database, asked) == [], asked


async def _fetch(cluster: Cluster, database: str, asked: str) -> list[str]:
    connection: Connection = await cluster.connect(database)
    rows = await connection.fetch(asked)
    await connection.close()
    return [name for (name,) in rows]
