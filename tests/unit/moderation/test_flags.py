"""What the author of a listing that is sent away may not read."""

import pytest

from app.moderation.flags.rules import tells_who_flagged

REASON = "He wants my passport."


@pytest.mark.parametrize(
    ("told", "tells"),
    [
        ("Nobody may ask for papers here.", False),
        ("Ana has flagged it.", True),
        ("ANA, and others.", True),
        ("A banana is no payment.", False),
        ("It was said: he wants  my passport!", True),
        ("He wants my", False),
    ],
)
def test_the_alias_and_the_whole_reason_tell_who_flagged(told: str, tells: bool) -> None:
    assert tells_who_flagged(told, "Ana", REASON) is tells


def test_an_alias_of_several_words_is_found_however_it_is_composed() -> None:
    composed, apart = "Ščetka Še", "S\u030cc\u030cetka  S\u030ce"
    assert tells_who_flagged(f"It was {apart}.", composed, None)
    assert not tells_who_flagged("Ščetka", composed, None)


def test_a_reason_of_a_word_or_two_is_nobodys_own() -> None:
    assert not tells_who_flagged("Live-in help is not for here.", "Ana", "Live-in")
    assert not tells_who_flagged("Nobody gives that.", "🙂", "...")
