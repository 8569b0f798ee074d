"""Which passwords are taken: by their length, not by what everybody tries or knows."""

import unicodedata
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identity.passwords import (
    PASSWORD_CHARS_MAX,
    PasswordFlaw,
    PasswordProfile,
    Passwords,
    check_acceptable,
)
from tests.unit.identity.test_passwords import GOOD

COMMON = (
    resources.files("app.identity").joinpath("common_passwords.txt").read_text("utf-8").splitlines()
)


@pytest.mark.parametrize(
    ("password", "flaw"),
    [
        (GOOD, None),
        ("", PasswordFlaw.TOO_SHORT),
        ("k9!xQ2#mZ", PasswordFlaw.TOO_SHORT),
        ("k9!xQ2#mZ7", None),
        ("čebelnjak!", None),
        (unicodedata.normalize("NFD", "čšžčšžčšž"), PasswordFlaw.TOO_SHORT),
        (unicodedata.normalize("NFD", "čš" * 64), None),
        ("ab" * 64, None),
        ("ab" * 64 + "a", PasswordFlaw.TOO_LONG),
        ("ab" * 10_000, PasswordFlaw.TOO_LONG),
        ("\ufdfa" * 10, PasswordFlaw.TOO_LONG),
        ("aaaaaaaaaaaa", PasswordFlaw.ONE_CHARACTER),
        ("aAaAaAaAaAaA", PasswordFlaw.ONE_CHARACTER),
        (" " * 12, PasswordFlaw.ONE_CHARACTER),
        ("qwertyuiop", PasswordFlaw.COMMON),
        ("PassWord123", PasswordFlaw.COMMON),
        ("\uff50assword123", PasswordFlaw.COMMON),  # a full-width p
        ("1234567890", PasswordFlaw.COMMON),
        ("Slovenija123", PasswordFlaw.COMMON),
        (unicodedata.normalize("NFD", "DOBRODOŠLI"), PasswordFlaw.COMMON),
        ("secret words \ud800", PasswordFlaw.UNREADABLE),
        ("only lower case words", None),
    ],
)
def test_a_new_password_is_judged_by_length_and_by_what_everybody_tries(
    password: str, flaw: PasswordFlaw | None
) -> None:
    assert check_acceptable(password) is flaw


@pytest.mark.parametrize(
    ("password", "flaw"),
    [
        ("zvezdana-1987", PasswordFlaw.PERSONAL),
        ("ZVEZDANA kos!", PasswordFlaw.PERSONAL),
        ("kos.zvezdana.kos", PasswordFlaw.PERSONAL),
        ("Time Bank Ptuj", PasswordFlaw.PERSONAL),
        ("ptuj1234567890", PasswordFlaw.PERSONAL),
        (unicodedata.normalize("NFD", "šparovec šparovec"), PasswordFlaw.PERSONAL),
        ("zvezdana", PasswordFlaw.TOO_SHORT),
        ("zvezdana walks home late", None),
        ("no such words at all", None),
    ],
)
def test_what_others_know_of_a_person_counts_for_nothing(
    password: str, flaw: PasswordFlaw | None
) -> None:
    known = ("Šparovec", "zvezdana_kos", "Time Bank Ptuj", "of")
    assert check_acceptable(password, *known) is flaw
    assert check_acceptable("no such words at all", "", " ", "@", "of") is None


def test_the_list_of_common_passwords_holds_only_what_can_be_met() -> None:
    assert len(COMMON) >= 300
    assert sorted(set(COMMON)) == COMMON
    for common in COMMON:
        assert unicodedata.normalize("NFKC", common).casefold() == common
        assert check_acceptable(common) is PasswordFlaw.COMMON


@given(st.text(st.characters(), max_size=600))
async def test_no_text_breaks_the_rule_and_what_it_takes_can_be_hashed(text: str) -> None:
    flaw = check_acceptable(text)
    if flaw is None:
        assert len(unicodedata.normalize("NFKC", text)) <= PASSWORD_CHARS_MAX
        assert await Passwords(PasswordProfile.TEST).hash(text)
