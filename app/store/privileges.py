"""What the application's role may do: read and add everywhere, change only what may change.

Append-only tables (`info={"append_only": True}` beside the table) get no UPDATE and no DELETE, so
not even a bug or a stolen application password can rewrite the books. Sealed tables
(`info={"sealed": True}`) can only be added to; to read them the application has to become
`timebank_sealed`, which the part `sealed` alone does.

Processes that serve members only can have a role of their own, which may do the same but has no
privilege on what is staff's alone (`info={"staffs": True}`) and cannot become `timebank_sealed`.
"""

from typing import Final

from sqlalchemy import Connection, MetaData, Table, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

SEALED_ROLE: Final = "timebank_sealed"
MEMBERS_ROLE: Final = "timebank_members"
_QUEUE_PREFIX: Final = "pgqueuer"
_MARKED: Final = {
    "sealed": ("INSERT",),
    "append_only": ("SELECT", "INSERT"),
    "unchangeable": ("SELECT", "INSERT", "DELETE"),
    "deletable": ("SELECT", "INSERT", "UPDATE", "DELETE"),
}
"""What a mark in a table's `info` leaves the application."""


def grant(connection: Connection, metadata: MetaData, role: str) -> None:
    """Set the privileges of the application's roles exactly; run by the owner after migrations."""
    owner = connection.scalar(text("SELECT current_user"))
    asked = text("SELECT rolname FROM pg_roles WHERE rolname = :name")
    of_members = connection.scalar(asked, {"name": MEMBERS_ROLE})
    _grant_sealed(connection, metadata)
    for one in dict.fromkeys([role, of_members]):
        if one not in {
            owner,
            None,
        }:  # one role for both: production refuses it
            _grant_to(connection, metadata, one)


def _grant_to(connection: Connection, metadata: MetaData, role: str) -> None:
    name = connection.dialect.identifier_preparer.quote(role)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {name}"))
    connection.execute(text(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}"))
    for table in inspect(connection).get_table_names():
        known = metadata.tables.get(table)
        if role == MEMBERS_ROLE and known is not None and known.info.get("staffs"):
            continue
        allowed = ", ".join(privileges(table, known))
        connection.execute(text(f"GRANT {allowed} ON {table} TO {name}"))
    connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}"))


async def may_rewrite(connection: AsyncConnection, metadata: MetaData) -> bool:
    """Whether the role of this connection could change or delete what is append-only."""
    names = [table.name for table in metadata.tables.values() if table.info.get("append_only")]
    asked = text("""
        SELECT coalesce(bool_or(has_table_privilege(name, 'UPDATE, DELETE, TRUNCATE')), false)
          FROM unnest(CAST(:names AS text[])) AS name
    """)
    return bool(await connection.scalar(asked, {"names": names}))


def _grant_sealed(connection: Connection, metadata: MetaData) -> None:
    there = set(inspect(connection).get_table_names())
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {SEALED_ROLE}"))
    for table in metadata.tables.values():
        if table.info.get("sealed") and table.name in there:
            connection.execute(
                text(f"GRANT SELECT, UPDATE, DELETE ON {table.name} TO {SEALED_ROLE}")
            )


def privileges(name: str, table: Table | None) -> tuple[str, ...]:
    """What the application may do with one table."""
    if name.startswith(_QUEUE_PREFIX):
        return ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
    if table is None:
        return ("SELECT",)
    marked = [allowed for mark, allowed in _MARKED.items() if table.info.get(mark)]
    return marked[0] if marked else ("SELECT", "INSERT", "UPDATE")
