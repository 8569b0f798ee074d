"""What the shared types take, the database stores: it is read as it was written, or refused."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.kit.values import (
    INSTANT_MAX,
    MINUTES_MAX,
    Alias,
    Body,
    Instant,
    Language,
    Languages,
    Minutes,
    Reason,
    Slug,
    Title,
)
from app.screening.contact_data import contact_data
from tests.doings import sql
from tests.town import Person, Town, good

ANY_TEXT = st.text(st.characters() | st.sampled_from("\x00\x1f\x7f\x85\ud800\u2028\n\r \t'\\%{}"))
TEXTS = ANY_TEXT | st.builds(str.__mul__, ANY_TEXT, st.integers(1, 200))
TAGS = st.from_regex(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,2}", fullmatch=True) | ANY_TEXT
SLUGS = st.from_regex(r"[a-z0-9]{1,3}([-_][a-z0-9]{1,3}){0,9}", fullmatch=True) | ANY_TEXT
SOON = datetime(2026, 4, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(0), INSTANT_MAX - SOON).map(lambda age: (SOON + age).isoformat())


class Kind(NamedTuple):
    """A member of a body: where it is sent, its type, and what may be sent."""

    path: str
    name: str
    type: TypeAdapter[Any]
    values: st.SearchStrategy[Any]


KINDS = [
    Kind("me", "alias", TypeAdapter(Alias), TEXTS.filter(lambda text: not contact_data(text))),
    Kind("me", "languages", TypeAdapter(Languages), st.lists(TAGS, max_size=14, unique=True)),
    Kind("listing", "title", TypeAdapter(Title), TEXTS),
    Kind("listing", "body", TypeAdapter(Body), TEXTS),
    Kind("listing", "language", TypeAdapter(Language), TAGS),
    Kind("listing", "minutes", TypeAdapter(Minutes), st.integers(-1, MINUTES_MAX + 1)),
    Kind("listing", "expires_at", TypeAdapter(Instant), MOMENTS | ANY_TEXT),
    Kind("messages", "text", TypeAdapter(Reason), TEXTS),
]
QUICK = settings(
    max_examples=15,
    deadline=None,
    # One town serves all examples of a test; each writes over what the one before it wrote.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def read(kind: TypeAdapter[Any], value: Any) -> Any:
    """What the type makes of it, as JSON; None when it refuses it."""
    try:
        return kind.dump_python(kind.validate_python(value), mode="json")
    except ValidationError:
        return None


@pytest.fixture
async def place(town: Town, kind: Kind) -> tuple[Person, str]:
    """Somebody who writes, and where to."""
    ana = await town.member()
    if kind.path == "listing":
        return ana, f"/v1/listings/{(await town.listing(ana))['id']}"
    if kind.path == "messages":
        exchange = await town.proposed(ana, await town.member("Bor"))
        return ana, f"/v1/exchanges/{exchange['id']}/messages"
    return ana, "/v1/me"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.path}-{kind.name}")
@given(data=st.data())
@QUICK
async def test_what_a_type_takes_is_stored_and_read_as_it_was_written(
    town: Town, place: tuple[Person, str], kind: Kind, data: st.DataObject
) -> None:
    (ana, path), value = place, data.draw(kind.values)
    method = "POST" if kind.path == "messages" else "PATCH"
    # Escaped, so that half characters can be sent at all.
    body, headers = json.dumps({kind.name: value}), {"Content-Type": "application/json"}
    answer = await ana.ask(method, path, content=body, headers=headers)
    expected = read(kind.type, value)
    if expected is None:
        too_large = len(body) > town.ground.settings.body_bytes_max
        assert answer.status_code == (413 if too_large else 422), answer.text
        return
    written = good(answer)[kind.name]
    assert written == (list(dict.fromkeys(expected)) if kind.name == "languages" else expected)
    if method == "PATCH":
        assert good(await ana.get(path))[kind.name] == written


@given(slug=SLUGS)
@QUICK
async def test_a_slug_that_fits_passes_the_tables_own_check(town: Town, slug: str) -> None:
    if read(TypeAdapter(Slug), slug) is None:
        return
    insert = "INSERT INTO area VALUES ($1, $2, 'x', 'x') ON CONFLICT DO NOTHING"
    await sql(town, insert, town.bank_id, slug)
    rows = await sql(town, "SELECT slug FROM area WHERE slug = $1", slug)
    assert [row["slug"] for row in rows] == [slug]
