"""My whole statement as a file (RFC 4180), streamed; its last line says that nothing is missing."""

import csv
import io
from collections.abc import AsyncIterator, Iterable
from typing import Final
from uuid import UUID

from app.identity.rules import Caller
from app.kit.ground import Ground
from app.ledger.statements.queries import StatementLine
from app.members.accounts import queries
from app.members.accounts.statement_view import StatementLineView

PAGE: Final = 500
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS: Final = list(StatementLineView.model_fields)


async def stream_statement(ground: Ground, caller: Caller) -> AsyncIterator[str]:
    """The caller's postings, newest first, page by page.

    A statement only grows at its new end, so the pages fit together whatever is posted meanwhile.
    """
    yield _rows([_COLUMNS])
    count, before_seq = 0, None
    while True:
        async with ground.database.read() as session:
            lines, aliases = await queries.list_my_statement(
                session, caller, before_seq=before_seq, limit=PAGE
            )
        if not lines:
            break
        yield _rows(_cells(line, aliases) for line in lines)
        count, before_seq = count + len(lines), lines[-1].seq
    yield _rows([[f"end of {count} postings", *[""] * (len(_COLUMNS) - 1)]])


def _cells(line: StatementLine, aliases: dict[UUID, str]) -> list[object]:
    row = StatementLineView.of(line, aliases).model_dump(mode="json")
    row["counterpart_alias"] = _harmless(row["counterpart_alias"] or "")
    row["reversed_by"] = " ".join(row["reversed_by"])
    return [row[name] for name in _COLUMNS]


def _harmless(text: str) -> str:
    """No spreadsheet may take an alias for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _rows(rows: Iterable[list[object] | list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
