"""The data map: every column of every table. `python -m app.rights.data_map` writes its page."""

import sys
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from app.rights.books_map import BOOKS
from app.rights.cases_map import CASES
from app.rights.desk_map import DESK
from app.rights.mapping import Held
from app.rights.people_map import PEOPLE

DATA_MAP: Final[Mapping[str, Held]] = MappingProxyType({**BOOKS, **CASES, **DESK, **PEOPLE})
HEAD: Final = """\
# Data map

Generated from the maps in `app/rights` (`make data-map`); a test fails when a column is missing or
this page is old. The basis is the letter of Art. 6 (1) GDPR. Sealed: encrypted with a key that lies
outside the database ([keys](keys.md)); where a note is about nobody, such as the bank's own limits,
with the bank's. A member gets all of their own with `GET /v1/me/export`.

| Table | Column | What it holds | Sealed | Basis | Kept |
|---|---|---|---|---|---|
"""


def page() -> str:
    """The map as docs/data-map.md."""
    return HEAD + "".join(_lines())


def _lines() -> Iterator[str]:
    for table, held in sorted(DATA_MAP.items()):
        for column in held.names:
            sealed = _by_whose_key(held, column)
            kept = held.kept_apart.get(column, held.kept).words
            kind = held.kind_of(column)
            yield f"| {table} | {column} | {kind} | {sealed} | {held.basis} | {kept} |\n"


def _by_whose_key(held: Held, column: str) -> str:
    if column in held.labels:
        return "person's key"
    return "bank's key" if column.endswith("_sealed") or column == "box" else ""


if __name__ == "__main__":
    sys.stdout.write(page())
