"""What the shared types take, PostgreSQL stores: every value comes back as it was."""

import unicodedata
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.kit.values import (
    INSTANT_MAX,
    INSTANT_MIN,
    MINUTES_MAX,
    Alias,
    Body,
    Instant,
    Language,
    Minutes,
    Reason,
    Slug,
    Title,
)
from tests.doings import sql
from tests.town import Town, good

ANY_TEXT = st.text(st.characters() | st.sampled_from("\x00\x1f\x7f\x85\ud800\u2028\n\r \t'\\%{}"))
LONG = st.builds(str.__mul__, ANY_TEXT, st.integers(1, 200))
TEXTS = ANY_TEXT | LONG
AGES = st.timedeltas(timedelta(0), INSTANT_MAX - INSTANT_MIN - timedelta(microseconds=1))
SLUGS = st.from_regex(r"[a-z0-9]{1,3}([-_][a-z0-9]{1,3}){0,9}", fullmatch=True) | ANY_TEXT
LANGUAGES = st.from_regex(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,2}", fullmatch=True) | ANY_TEXT
COLUMNS: dict[str, tuple[str, TypeAdapter[Any], st.SearchStrategy[Any]]] = {
    "an alias": ("member.alias", TypeAdapter(Alias), TEXTS),
    "a title": ("listing.title", TypeAdapter(Title), TEXTS),
    "a body": ("listing.body", TypeAdapter(Body), TEXTS),
    "a language": ("listing.language", TypeAdapter(Language), LANGUAGES),
    "minutes": ("listing.minutes", TypeAdapter(Minutes), st.integers(-1, MINUTES_MAX + 1)),
    "a moment": ("listing.expires_at", TypeAdapter(Instant), AGES.map(INSTANT_MIN.__add__)),
    "a slug": ("area.slug", TypeAdapter(Slug), SLUGS),
}
REAL_DATABASE = settings(
    max_examples=60,
    deadline=None,
    # The town is made once for all examples of a test; they write the same row again and again.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)


def taken(kind: TypeAdapter[Any], value: Any) -> Any:
    """What the type makes of it; None when it refuses it."""
    try:
        return kind.validate_python(value)
    except ValidationError:
        return None


@pytest.mark.parametrize("name", COLUMNS)
@given(data=st.data())
@REAL_DATABASE
async def test_a_value_that_fits_is_stored_and_read_unchanged(
    town: Town, name: str, data: st.DataObject
) -> None:
    column, kind, values = COLUMNS[name]
    value = taken(kind, data.draw(values))
    if value is None:
        return
    table, attribute = column.split(".")
    if not await sql(town, f"SELECT 1 FROM {table} WHERE bank_id = $1", town.bank_id):
        await town.listing(await town.member())
    row = f"ctid = (SELECT min(ctid) FROM {table})"
    statement = f"UPDATE {table} SET {attribute} = $1 WHERE {row} RETURNING {attribute}"
    if table == "area":  # its rows are named by others, so a new one is made and taken back
        statement = (
            "WITH made AS (INSERT INTO area VALUES (gen_random_uuid(), $1, 'x', 'x') RETURNING 1)"
            " SELECT $1::text AS slug"
        )
    (stored,) = await sql(town, statement, value)
    assert stored[attribute] == value
