"""What the shared types take, and what they make of it."""

import string
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.kit.values import (
    ALIAS_MAX,
    BODY_MAX,
    INSTANT_MAX,
    INSTANT_MIN,
    LANGUAGES_MAX,
    MINUTES_MAX,
    REASON_MAX,
    TITLE_MAX,
    Alias,
    Body,
    Instant,
    Language,
    Languages,
    Line,
    Minutes,
    NoBody,
    Reason,
    Slug,
    Text,
    Title,
    View,
    as_rfc3339,
)

TYPES: dict[str, TypeAdapter[Any]] = {
    "text": TypeAdapter(Text),
    "line": TypeAdapter(Line),
    "alias": TypeAdapter(Alias),
    "title": TypeAdapter(Title),
    "body": TypeAdapter(Body),
    "reason": TypeAdapter(Reason),
    "slug": TypeAdapter(Slug),
    "language": TypeAdapter(Language),
    "languages": TypeAdapter(Languages),
    "minutes": TypeAdapter(Minutes),
    "instant": TypeAdapter(Instant),
}
DECADE = timedelta(days=3653)
OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
AGES = st.timedeltas(-DECADE, INSTANT_MAX - INSTANT_MIN + DECADE)
MOMENTS = st.builds(lambda age, offset: (INSTANT_MIN + age).astimezone(offset), AGES, OFFSETS)


class Told(View):
    at: Instant


def takes(kind: str, value: object) -> bool:
    try:
        TYPES[kind].validate_python(value)
    except ValidationError:
        return False
    return True


def read(kind: str, value: object) -> Any:
    return TYPES[kind].validate_python(value)


CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n\r"]


@pytest.mark.parametrize("kind", ["text", "line", "alias", "title", "body", "reason"])
def test_control_characters_and_half_characters_are_no_text(kind: str) -> None:
    for bad in (*CONTROLS, "\ud800", "\udbff", "\udc00", "\udfff"):
        assert not takes(kind, f"a{bad}b"), bad.encode("unicode-escape")
    for good in ("a b", "\U0001f600", "žčš", "e\u0301"):
        assert takes(kind, good)
    for odd in ("a\tb", "a\u200db", "a\uffff"):
        assert takes(kind, odd) is (kind not in {"alias", "title"})


@pytest.mark.parametrize("kind", ["line", "alias", "title"])
def test_a_line_has_no_second_one(kind: str) -> None:
    for end in ("\n", "\r", "\r\n", "\u2028", "\u2029"):
        assert not takes(kind, f"a{end}b")
        assert all(takes(several, f"a{end}b") for several in ("text", "body", "reason"))


@pytest.mark.parametrize(
    ("kind", "limit"), [("alias", ALIAS_MAX), ("title", TITLE_MAX), ("reason", REASON_MAX)]
)
def test_trimmed_text_has_one_character_at_least_and_a_limit(kind: str, limit: int) -> None:
    assert read(kind, " \u2003a b\u00a0 ") == "a b"
    assert read(kind, f" {'č' * limit} ") == "č" * limit
    for bad in ("", " ", "\u2003\u00a0", "č" * (limit + 1), None, 1, ["a"]):
        assert not takes(kind, bad)


def test_a_body_may_be_empty_and_is_kept_as_it_is() -> None:
    assert read("body", "") == ""
    assert read("body", " a\n") == " a\n"
    assert takes("body", "č" * BODY_MAX)
    assert not takes("body", "č" * (BODY_MAX + 1))


@given(st.integers())
def test_minutes_are_whole_positive_and_bounded(number: int) -> None:
    assert takes("minutes", number) == (1 <= number <= MINUTES_MAX)


def test_the_bounds_of_minutes_are_theirs() -> None:
    assert [takes("minutes", number) for number in (0, 1, MINUTES_MAX, MINUTES_MAX + 1)] == [
        False,
        True,
        True,
        False,
    ]


@given(st.floats() | st.booleans() | st.text() | st.none() | st.decimals())
def test_what_is_no_whole_number_is_no_minutes(value: object) -> None:
    assert not takes("minutes", value)


@given(MOMENTS)
def test_a_moment_is_read_in_utc_and_written_with_z(moment: datetime) -> None:
    fits = INSTANT_MIN <= moment < INSTANT_MAX
    assert takes("instant", moment) == takes("instant", moment.isoformat()) == fits
    if fits:
        found = read("instant", moment.isoformat())
        assert (found, found.utcoffset()) == (moment, timedelta(0))
        written = TYPES["instant"].dump_python(found)
        assert written == as_rfc3339(moment)
        assert written.endswith("Z")
        assert read("instant", written) == moment


@given(st.integers() | st.floats() | st.booleans() | st.none())
def test_a_number_is_no_moment_not_even_in_digits(number: object) -> None:
    assert not takes("instant", number)
    assert not takes("instant", str(number))


@given(st.sampled_from(["0001-01-01T00:00:00", "9999-12-31T23:59:59"]), st.integers(-1439, 1439))
def test_a_moment_at_the_end_of_the_calendar_does_not_fit_whatever_its_offset(
    moment: str, minutes: int
) -> None:
    sign, minutes = "-" if minutes < 0 else "+", abs(minutes)
    assert not takes("instant", f"{moment}{sign}{minutes // 60:02}:{minutes % 60:02}")


def test_a_moment_needs_its_offset() -> None:
    for bad in ("2026-03-02", "2026-03-02T10:00:00", "10:00Z", "2026-02-30T10:00:00Z", "now"):
        assert not takes("instant", bad)
    expected = datetime(2026, 3, 2, 10, tzinfo=UTC)
    for good in ("2026-03-02T10:00:00Z", "2026-03-02t11:00:00+01:00", "2026-03-02 10:00:00z"):
        assert read("instant", good) == expected


def test_a_view_writes_its_moments_in_utc() -> None:
    assert Told(at=datetime(2026, 3, 2, 10, tzinfo=UTC)).model_dump(mode="json") == {
        "at": "2026-03-02T10:00:00Z"
    }


@given(st.from_regex(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,2}", fullmatch=True))
def test_a_language_has_its_primary_part_in_lower_case(tag: str) -> None:
    primary, *rest = tag.split("-")
    assert read("language", tag) == "-".join([primary.lower(), *rest])


def test_what_is_no_tag_is_no_language() -> None:
    for bad in ("", "s_l", "sl-", "-sl", "sl--SI", "slovenian", "č", "sl\n", "a" * 36, None, 1):
        assert not takes("language", bad)
    for good in ("sl", "zh-Hant-TW", "sr-Latn", "x-klingon"):
        assert takes("language", good)


def test_languages_are_some_and_not_too_many() -> None:
    assert read("languages", ["SL", "en"]) == ["sl", "en"]
    assert takes("languages", ["sl"] * LANGUAGES_MAX)
    for bad in ([], ["sl"] * (LANGUAGES_MAX + 1), "sl", {"sl": 1}, [None], ["sl", ""]):
        assert not takes("languages", bad)


@given(st.text(string.ascii_lowercase + string.digits + "-_", max_size=20))
def test_a_slug_has_single_marks_between_its_words(text: str) -> None:
    words = text.replace("_", "-").split("-")
    assert takes("slug", text) == all(words)


def test_what_is_no_slug() -> None:
    for bad in ("", "A", "a b", "č", "a\n", "\na", "a--b", "a-", "-a", "a" * 61, "²", None, 1):
        assert not takes("slug", bad)
    assert takes("slug", "a" * 60)


def test_a_request_body_is_frozen_and_knows_its_members() -> None:
    with pytest.raises(ValidationError):
        NoBody.model_validate({"unknown": 1})
    assert NoBody.model_config["frozen"]
