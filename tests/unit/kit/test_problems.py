"""Which language a problem speaks, and what its document holds."""

from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.errors import Conflict, NotFound, Said, Unfit, WrongMethod
from app.kit.ids import new_id
from app.kit.misfits import EMAIL, LANGUAGE, SLUG, told
from app.kit.problems import LANGUAGES, language_of, merged, problem_of, raises


class TooFewApples(Conflict):
    said: ClassVar = {
        "en": Said("Too few apples", "There are {apples} of {wanted}."),
        "sl": Said("Premalo jabolk", "Jabolk je {apples} od {wanted}."),
    }


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("sl", "sl"),
        ("SL", "sl"),
        ("sl-SI", "sl"),
        ("sl-Latn-SI", "sl"),
        ("en-GB", "en"),
        ("sl, en", "sl"),
        ("en, sl", "en"),
        ("uk, sl", "sl"),
        ("uk, ar;q=0.9, sl;q=0.1", "sl"),
        ("en;q=0.1, sl;q=0.9", "sl"),
        ("en;q=0.5,sl;q=0.5", "en"),
        ("en;q=0.499,sl;q=0.5", "sl"),
        ("sl;q=0", "en"),
        ("sl;q=0.000, en;q=0.001", "en"),
        ("en;q=0, sl;q=0", "en"),
        ("sl ; Q=1.0", "sl"),
        ("*", "en"),
        ("slk", "en"),
        ("sl;q=what", "sl"),
        (",,;,sl,", "sl"),
    ],
)
def test_the_language_is_the_one_that_the_client_likes_best(
    accepted: str | None, language: str
) -> None:
    assert language_of(accepted) == language


@given(st.text() | st.text("sSlLeEnN-,;qQ=01. *"))
def test_any_header_gives_a_language_that_we_speak(header: str) -> None:
    assert language_of(header) in LANGUAGES


def test_a_problem_has_its_type_words_status_and_facts() -> None:
    one = new_id()
    assert problem_of(TooFewApples(apples=2, wanted=5, tree=one), "sl") == {
        "type": "/problems/too-few-apples",
        "title": "Premalo jabolk",
        "status": 409,
        "detail": "Jabolk je 2 od 5.",
        "apples": 2,
        "wanted": 5,
        "tree": str(one),
    }


@pytest.mark.parametrize(
    ("fault", "english", "slovene"),
    [
        (
            ("literal_error", "'offer' or 'request'"),
            "'offer' or 'request'",
            "'offer' ali 'request'",
        ),
        (("string_pattern_mismatch", EMAIL), "as in ana@example.org", "kot ana@example.org"),
        (("string_pattern_mismatch", LANGUAGE), "such as sl or en", "na primer sl ali en"),
        (("string_pattern_mismatch", SLUG), "a-z and 0-9", "a-z in 0-9"),
        (("string_pattern_mismatch", "^x$"), "not written so", "ne zapiše"),
    ],
)
def test_what_does_not_fit_is_told_how_it_would(
    fault: tuple[str, str], english: str, slovene: str
) -> None:
    kind, expected = fault
    found = {"type": kind, "ctx": {"expected": expected, "pattern": expected}}
    assert english in told(found, "en")
    assert slovene in told(found, "sl")


def test_a_fact_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    found = problem_of(TooFewApples(apples="{wanted}", wanted="{0.__class__}"))
    assert found["detail"] == "There are {wanted} of {0.__class__}."


def test_a_language_that_is_not_spoken_gets_english() -> None:
    assert problem_of(NotFound(), "uk") == problem_of(NotFound(), "en") == problem_of(NotFound())


def test_a_wrong_method_names_the_right_ones_in_order() -> None:
    assert WrongMethod(frozenset({"PUT", "GET"})).headers == {"Allow": "GET, PUT"}


def test_documented_problems_are_grouped_by_status_with_an_example_each() -> None:
    documented = raises(TooFewApples, Conflict, Unfit)
    assert set(documented) == {409, 422}
    examples = documented[409]["content"]["application/problem+json"]["examples"]
    assert set(examples) == {"too-few-apples", "conflict"}
    assert examples["too-few-apples"]["value"]["type"] == "/problems/too-few-apples"
    assert documented[422]["content"]["application/problem+json"]["examples"]["unfit"]["value"][
        "errors"
    ]


def test_merging_keeps_every_example_and_changes_no_part() -> None:
    first, second = raises(TooFewApples), raises(Conflict, NotFound)
    whole = merged(first, second)
    assert set(whole) == {404, 409}
    examples = whole[409]["content"]["application/problem+json"]["examples"]
    assert set(examples) == {"too-few-apples", "conflict"}
    assert first == raises(TooFewApples)
    assert second == raises(Conflict, NotFound)
