"""What a database's schema really is, as texts that can be compared."""

from typing import Final
from uuid import UUID

from asyncpg import Connection

Schema = dict[str, str]
"""The name of each thing, and its definition as PostgreSQL writes it."""

NOT_OURS: Final = ("pgqueuer", "alembic_version")
"""Tables of the job queue and of the migrations: no `bank_id`, not in our metadata."""

_OURS: Final = f"""
    t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p')
    AND t.relname !~ '^({"|".join(NOT_OURS)})'
"""
_ASKED: Final = (
    # Columns: type, whether null, default, collation, how it is generated.
    f"""
    SELECT format('column %s.%s', t.relname, a.attname),
           format('%s%s %s %s %s %s', format_type(a.atttypid, a.atttypmod),
                  CASE WHEN a.attnotnull THEN ' NOT NULL' END,
                  pg_get_expr(d.adbin, d.adrelid), a.attcollation::regcollation,
                  a.attidentity, a.attgenerated)
      FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid
      LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
     WHERE a.attnum > 0 AND NOT a.attisdropped AND {_OURS}
    """,
    # CHECK, UNIQUE, PRIMARY KEY, FOREIGN KEY; NOT NULL is told by the columns.
    f"""
    SELECT format('constraint %s.%s', t.relname, c.conname), pg_get_constraintdef(c.oid)
      FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
     WHERE c.contype <> 'n' AND {_OURS}
    """,
    f"""
    SELECT format('index %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
      FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid WHERE {_OURS}
    """,
    f"""
    SELECT format('table %s', t.relname),
           format('%s %s %s', t.reloptions, t.relrowsecurity, t.relforcerowsecurity)
      FROM pg_class t WHERE {_OURS}
    """,
    f"""
    SELECT format('trigger %s.%s', t.relname, g.tgname), pg_get_triggerdef(g.oid)
      FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid
     WHERE NOT g.tgisinternal AND {_OURS}
    """,
)


async def schema_of(connection: Connection) -> Schema:
    """Everything in the schema that is ours."""
    found: Schema = {}
    for asked in _ASKED:
        found |= dict(await connection.fetch(asked))
    return found


async def rows_in(connection: Connection) -> dict[str, int]:
    """How many rows each of our tables has."""
    names = await connection.fetch(f"SELECT t.relname FROM pg_class t WHERE {_OURS}")
    return {name: await connection.fetchval(f"SELECT count(*) FROM {name}") for (name,) in names}


async def rows_of(connection: Connection, bank_id: UUID) -> dict[str, list[str]]:
    """Every row of one bank as text, by table."""
    names = await connection.fetch(f"SELECT t.relname FROM pg_class t WHERE {_OURS}")
    rows = {}
    for (name,) in names:
        asked = f"SELECT to_jsonb(t)::text FROM {name} t WHERE t.bank_id = $1 ORDER BY 1"
        rows[name] = [text for (text,) in await connection.fetch(asked, bank_id)]
    return rows
