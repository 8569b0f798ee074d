"""Everything held about one person, as the data map has it: what is mapped cannot be left out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import RowMapping

from app.identity.rules import Caller
from app.kit.envelopes import is_owned, owner_of
from app.kit.ground import Work
from app.kit.values import as_rfc3339
from app.members import queries as members
from app.rights import queries
from app.rights.data_map import DATA_MAP
from app.rights.mapping import Held, Kind

_LEFT_OUT: Final = frozenset({Kind.SECRET, Kind.STAFF})


@dataclass(frozen=True)
class Export:
    """Rows by table, and the tables that had more than fits."""

    held: dict[str, list[dict[str, JsonValue]]]
    cut: list[str]


async def list_everything(work: Work, caller: Caller) -> Export:
    """All rows that belong to the caller, sealed columns opened.

    Raises:
        KeysAway: when the caller's data key cannot be had.
    """
    me = await members.get_me(work.session, caller)
    account_id = me.account_id if me else None
    ids = {caller.login_id, caller.member_id, account_id} - {None}
    mine = {one for one in ids if one is not None}
    held, cut = {}, []
    for table, map_of in DATA_MAP.items():
        if not map_of.of:
            continue
        rows = await queries.list_held(work.session, table, map_of, caller.bank_id, mine)
        held[table] = [_shown(work, map_of, row, mine) for row in rows]
        cut += [table] if len(rows) == queries.EXPORT_ROWS_MAX else []
    return Export(held, cut)


def _shown(work: Work, held: Held, row: RowMapping, mine: set[UUID]) -> dict[str, JsonValue]:
    shown: dict[str, JsonValue] = {}
    for name, value in row.items():
        kind = held.kind_of(name)
        if kind in _LEFT_OUT or (kind is Kind.PERSON and value not in mine):
            continue
        if name in held.labels:
            shown[name.removesuffix("_sealed")] = _opened(work, held.labels[name], row, value, mine)
        else:
            shown[name] = _plain(value)
    return shown


def _opened(
    work: Work, label: tuple[str, ...], row: RowMapping, sealed: bytes | None, mine: set[UUID]
) -> str | None:
    """The words, where they are sealed for the caller; what others wrote is theirs."""
    if not sealed or (is_owned(sealed) and owner_of(sealed) not in mine):
        return None
    word, *columns = label
    return work.envelopes.open(sealed, word, *(row[one] for one in columns))


def _plain(value: Any) -> JsonValue:
    if isinstance(value, datetime):
        return as_rfc3339(value)
    return str(value) if isinstance(value, UUID) else value
