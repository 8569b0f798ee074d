"""Pages meet without gap or overlap; a cursor is good for its viewer and list only."""

import base64
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.ids import new_id
from app.kit.paging import LIMIT_DEFAULT, PageQuery, Pager, UnknownCursor
from app.kit.vault import Vault

VAULT = Vault(bytes(range(32)))
ANA, BOR = new_id(), new_id()


def pager(
    cursor: str | None = None,
    *,
    limit: int = LIMIT_DEFAULT,
    vault: Vault = VAULT,
    viewer: UUID = ANA,
    name: str = "postings",
) -> Pager:
    return Pager(vault, viewer, name, PageQuery(limit, cursor))


def cursor_of(key: list[Any]) -> str:
    _, cursor = pager(limit=1).cut([0, 1], lambda _: tuple(key))
    assert cursor is not None
    return cursor


@given(st.sets(st.integers(0, 200)), st.integers(1, 20))
def test_pages_meet_without_gap_or_overlap(numbers: set[int], limit: int) -> None:
    rows, seen, cursor, pages = sorted(numbers), [], None, 0
    while pages == 0 or cursor is not None:
        here = pager(cursor, limit=limit)
        after = here.after()
        rest = [row for row in rows if after is None or row > after[0]]
        page, cursor = here.cut(rest[: limit + 1], lambda row: (row,))
        assert len(page) == limit or cursor is None
        seen += page
        pages += 1
    assert seen == rows
    assert pages == max(1, -(-len(rows) // limit))


def test_the_first_page_comes_after_nothing() -> None:
    assert pager().after() is None
    assert pager().after_moment() is None


def test_a_moment_and_an_id_come_back_as_they_were() -> None:
    moment, one = datetime(2026, 3, 2, 9, 0, 0, 1, tzinfo=UTC), new_id()
    cursor = cursor_of([moment, one])
    assert pager(cursor).after_moment() == (moment, one)


def test_a_cursor_shows_neither_its_key_nor_its_viewer() -> None:
    cursor = cursor_of(["2026-03-02", "secret"])
    assert b"secret" not in base64.urlsafe_b64decode(cursor)
    assert cursor != cursor_of(["2026-03-02", "secret"])


@pytest.mark.parametrize(
    "other", [{"viewer": BOR}, {"name": "notices"}, {"vault": Vault(bytes(range(1, 33)))}]
)
def test_a_cursor_is_no_good_elsewhere(other: dict[str, Any]) -> None:
    cursor = cursor_of([1])
    assert pager(cursor).after() == [1]
    with pytest.raises(UnknownCursor):
        pager(cursor, **other).after()


@given(st.text())
def test_any_other_text_is_no_cursor(text: str) -> None:
    with pytest.raises(UnknownCursor):
        pager(text).after()
