"""Contact data, and several signals together, make a person look; everyday words do not.

The texts were written for this project, in the languages of a bank; each label stands for what a
moderator would say of it.
"""

import time
from collections.abc import Callable

import pytest

from app.screening.contact_data import contact_data
from app.screening.judging import _PATTERNS, GROUPS_MIN, HELD_FROM, judge
from tests.corpus import Labelled, labelled

LANGUAGES_MIN = {"sl", "en", "uk", "ru", "es", "de", "hr"}
LONGEST = 4_000
SECONDS_MAX = 1.0


def found_in(texts: list[Labelled], finds: Callable[[str], list[str]]) -> float:
    return sum(bool(finds(one.text)) for one in texts) / len(texts)


@pytest.mark.parametrize(
    ("label", "finds", "recall"), [("contact", contact_data, 0.95), ("several", judge, 0.9)]
)
def test_what_a_person_should_read_is_held(
    label: str, finds: Callable[[str], list[str]], recall: float
) -> None:
    texts = labelled(label)
    assert {one.language for one in texts} > LANGUAGES_MIN
    missed = [one for one in texts if not finds(one.text)]
    assert found_in(texts, finds) >= recall, missed


def test_hardly_any_everyday_text_is_held() -> None:
    texts = labelled("benign")
    assert len(texts) > 100
    assert found_in(texts, judge) <= 0.05, [one for one in texts if judge(one.text)]


def test_no_single_kind_of_signal_holds_anything() -> None:
    assert GROUPS_MIN > 1
    assert all(weight < HELD_FROM for weight, _ in _PATTERNS.values())
    for word in ("escort", "passport", "loan", "live-in", "whatsapp", "cash", "young girls"):
        assert judge(f"{word} {word}") == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("040 123 456", ["phone"]),
        ("zero four zero, one two three, four five six", ["phone"]),
        ("a n a @ home . net", ["email"]),
        ("ana afna posta pika si", ["email"]),
        ("anaposta pika si", ["page"]),
        ("see t.me/ana or vk.com/ana", ["page"]),
        ("find me on telegram", ["handle"]),
        ("Trubarjeva cesta 12", ["street"]),
        ("14. 3. 2026 ob 17.30", []),
        ("2026-03-14 17:30-19:00", []),
        ("from 1995 to 2014, 7-9 years", []),
        ("one two three four five six seven eight", []),
        ("the road is closed for 20 minutes", []),
    ],
)
def test_contact_data_are_told_by_their_kind(text: str, kinds: list[str]) -> None:
    assert contact_data(text) == kinds


@pytest.mark.parametrize(
    "part",
    [
        *("a-", "1.1..", "1.1..1.1..1.1..1.1..1.1..1.1..1 x ", "a ", "tg ", "find me ", "ena "),
        *("via Aa ", "5 Aa ", "calle a ", "a@a", "Aaaask", "naslov: a ", "1-1.1", "a.com.", "o1"),
    ],
)
def test_no_text_takes_long_to_read(part: str) -> None:
    text, began = (part * LONGEST)[:LONGEST], time.process_time()
    judge(text)
    assert time.process_time() - began < SECONDS_MAX
