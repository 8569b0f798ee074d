"""Sealed text opens in its place only; fingerprints match and tell nothing."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.kit.ids import new_id
from app.kit.vault import Tampered, Vault

VAULT = Vault(bytes(range(32)))
OTHER = Vault(bytes(range(1, 33)))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
PLACES = st.lists(TEXTS, max_size=3).map(tuple)
BANK = new_id()


@given(TEXTS, PLACES)
def test_what_was_sealed_opens_in_its_place(text: str, place: tuple[str, ...]) -> None:
    assert VAULT.open(VAULT.seal(text, *place), *place) == text


@given(TEXTS, PLACES, PLACES)
def test_it_opens_in_no_other_place(
    text: str, place: tuple[str, ...], other: tuple[str, ...]
) -> None:
    assume(place != other)
    with pytest.raises(Tampered):
        VAULT.open(VAULT.seal(text, *place), *other)


@pytest.mark.parametrize(
    ("place", "other"),
    [(("ab", "c"), ("a", "bc")), (("a",), ("a", "")), ((), ("",)), (("a", "b"), ("b", "a"))],
)
def test_places_that_join_to_the_same_text_are_different(
    place: tuple[str, ...], other: tuple[str, ...]
) -> None:
    assert VAULT.fingerprint("x", *place) != VAULT.fingerprint("x", *other)
    with pytest.raises(Tampered):
        VAULT.open(VAULT.seal("x", *place), *other)


def test_an_id_and_its_text_are_one_place() -> None:
    assert VAULT.open(VAULT.seal("x", "email", BANK), "email", str(BANK)) == "x"


@given(TEXTS, st.data())
def test_a_changed_byte_is_noticed(text: str, data: st.DataObject) -> None:
    sealed = bytearray(VAULT.seal(text, "place"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Tampered):
        VAULT.open(bytes(sealed), "place")


@given(st.binary(max_size=60))
def test_bytes_that_were_never_sealed_do_not_open(junk: bytes) -> None:
    with pytest.raises(Tampered) as caught:
        VAULT.open(junk, "place")
    assert caught.value.args == ()
    assert caught.value.__suppress_context__


@given(TEXTS)
def test_another_key_does_not_open_it(text: str) -> None:
    with pytest.raises(Tampered):
        OTHER.open(VAULT.seal(text, "place"), "place")


def test_sealing_twice_gives_different_bytes_that_hide_the_text() -> None:
    sealed = {VAULT.seal("linden tree", "place") for _ in range(100)}
    assert len({one[:12] for one in sealed}) == 100
    assert not any(b"linden" in one for one in sealed)
    assert {len(one) for one in sealed} == {12 + len("linden tree") + 16}


@given(TEXTS, TEXTS, PLACES)
def test_a_fingerprint_is_the_same_for_the_same_and_only_for_it(
    text: str, other: str, place: tuple[str, ...]
) -> None:
    found = VAULT.fingerprint(text, *place)
    assert len(found) == 32
    assert found == VAULT.fingerprint(text, *place)
    assert (found == VAULT.fingerprint(other, *place)) == (text == other)
    assert found != OTHER.fingerprint(text, *place)


def test_every_purpose_has_a_key_of_its_own() -> None:
    purposes = ("seal", "fingerprint", "refresh", "cursor", "")
    keys = {VAULT.key(purpose) for purpose in purposes}
    assert len(keys | {bytes(range(32))}) == len(purposes) + 1
    assert {len(key) for key in keys} == {32}
    assert VAULT.key("refresh") == Vault(bytes(range(32))).key("refresh")
    assert keys.isdisjoint({OTHER.key(purpose) for purpose in purposes})


def test_the_key_of_a_purpose_never_changes() -> None:
    # RFC 5869, 2.3, by hand: another value would lock everyone out of what is stored.
    assert VAULT.key("fingerprint").hex() == FINGERPRINT_KEY


FINGERPRINT_KEY = "?"
