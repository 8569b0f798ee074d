"""Refresh tokens are derived, unforgeable, good once, and repeated for ten seconds."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.identity.errors import BadToken, WeakKey
from app.identity.refresh import (
    COUNTER_MAX,
    LOST_REPLY_SECONDS,
    RefreshClaim,
    Rotation,
    judge,
    make_refresh,
    read_refresh,
)

KEY = bytes(range(32))
BANK, SESSION = UUID(int=0xA1), UUID(int=0xC3)
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
GOOD = make_refresh(KEY, BANK, SESSION, 7)
RAW = base64.urlsafe_b64decode(GOOD + "=")
COUNTERS = st.integers(0, COUNTER_MAX)
AGES = st.timedeltas(timedelta(0), timedelta(days=400))


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@given(st.binary(min_size=32), st.uuids(), st.uuids(), COUNTERS)
def test_a_token_names_its_bank_session_and_counter(
    key: bytes, bank_id: UUID, session_id: UUID, counter: int
) -> None:
    token = make_refresh(key, bank_id, session_id, counter)
    assert read_refresh(key, token) == RefreshClaim(bank_id, session_id, counter)
    assert token == make_refresh(key, bank_id, session_id, counter)


def test_a_token_is_the_agreed_bytes() -> None:
    names = BANK.bytes + SESSION.bytes + (7).to_bytes(4)
    seal = hmac.digest(KEY, b"timebank refresh token 1\0" + names, hashlib.sha256)
    assert names + seal == RAW


@given(COUNTERS, COUNTERS, st.uuids(), st.uuids())
def test_the_seal_of_one_token_fits_no_other(
    counter: int, other: int, session_id: UUID, bank_id: UUID
) -> None:
    assume(counter != other)
    token = make_refresh(KEY, bank_id, session_id, counter)
    raw = base64.urlsafe_b64decode(token + "=")
    for names in (
        bank_id.bytes + session_id.bytes + other.to_bytes(4),
        bank_id.bytes + bytes(15) + b"\x01" + counter.to_bytes(4),
        bytes(15) + b"\x01" + session_id.bytes + counter.to_bytes(4),
    ):
        with pytest.raises(BadToken):
            read_refresh(KEY, b64(names + raw[36:]))


BAD_TOKENS: dict[str, Any] = {
    "empty": "",
    "a word": "token",
    "another key": make_refresh(bytes(32), BANK, SESSION, 7),
    "no seal": b64(RAW[:36]),
    "an empty seal": b64(RAW[:36] + bytes(32)),
    "half a seal": b64(RAW[:52]),
    "a byte short": b64(RAW[:-1]),
    "a byte long": b64(RAW + b"\0"),
    "a seal without our label": b64(RAW[:36] + hmac.digest(KEY, RAW[:36], hashlib.sha256)),
    "padded": GOOD + "=",
    "left-over bits": GOOD[:-1] + chr(ord(GOOD[-1]) + 1),
    "space before": " " + GOOD,
    "newline after": GOOD + "\n",
    "foreign letter inside": GOOD[:20] + "!" + GOOD[20:],
    "hexadecimal": RAW.hex(),
    "not ASCII": GOOD[:-1] + "\u0435",
    "half a character": GOOD + "\ud800",
    "very long": GOOD * 10_000,
    "bytes": GOOD.encode(),
    "None": None,
    "a number": 7,
}


@pytest.mark.parametrize("token", BAD_TOKENS.values(), ids=BAD_TOKENS.keys())
def test_a_malformed_or_forged_token_is_refused_without_a_reason(token: Any) -> None:
    with pytest.raises(BadToken) as refusal:
        read_refresh(KEY, token)
    assert not refusal.value.args
    assert refusal.value.__context__ is None


def test_a_token_with_any_letter_changed_added_or_lost_is_refused() -> None:
    for place, letter in enumerate(GOOD):
        for other in {*"AQgw_-=. \n\u0435", chr(ord(letter) ^ 1), letter * 2, ""} - {letter}:
            with pytest.raises(BadToken):
                read_refresh(KEY, GOOD[:place] + other + GOOD[place + 1 :])


@given(st.text() | st.binary(max_size=80).map(b64))
def test_no_text_breaks_the_reader(token: str) -> None:
    with pytest.raises(BadToken):
        read_refresh(KEY, token)


@pytest.mark.parametrize("key", [b"", b"short", bytes(31)])
def test_a_short_key_is_refused_and_not_shown(key: bytes) -> None:
    with pytest.raises(WeakKey, match=r"^the refresh key must have at least 32 bytes$"):
        make_refresh(key, BANK, SESSION, 0)
    with pytest.raises(WeakKey):
        read_refresh(key, GOOD)


@pytest.mark.parametrize("counter", [-1, COUNTER_MAX + 1])
def test_a_counter_out_of_range_is_refused(counter: int) -> None:
    with pytest.raises(ValueError, match="the counter"):
        make_refresh(KEY, BANK, SESSION, counter)


@given(COUNTERS, AGES)
def test_the_present_token_rotates_however_old(counter: int, age: timedelta) -> None:
    assert judge(counter, counter, NOW - age, NOW) is Rotation.ROTATE


@given(st.integers(1, COUNTER_MAX), AGES)
def test_the_token_before_repeats_while_its_reply_may_be_lost_and_is_reuse_after(
    counter: int, age: timedelta
) -> None:
    lost = age <= timedelta(seconds=LOST_REPLY_SECONDS)
    expected = Rotation.REPEAT if lost else Rotation.REUSED
    assert judge(counter - 1, counter, NOW - age, NOW) is expected


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(seconds=-1), Rotation.REPEAT),
        (timedelta(0), Rotation.REPEAT),
        (timedelta(seconds=10), Rotation.REPEAT),
        (timedelta(seconds=10, microseconds=1), Rotation.REUSED),
        (timedelta(seconds=11), Rotation.REUSED),
    ],
)
def test_a_lost_reply_is_repeated_for_ten_seconds(age: timedelta, expected: Rotation) -> None:
    assert judge(3, 4, NOW - age, NOW) is expected


@given(COUNTERS, COUNTERS, AGES)
def test_any_other_token_is_reuse_even_at_once(claim: int, session: int, age: timedelta) -> None:
    assume(claim not in {session, session - 1})
    assert judge(claim, session, NOW - age, NOW) is Rotation.REUSED


@given(st.lists(st.sampled_from([0, 1, 9, 11]), max_size=30), st.data())
def test_a_thief_and_an_owner_never_both_keep_the_session(
    pauses: list[int], data: st.DataObject
) -> None:
    """Whoever uses a token, later than a lost reply, that was used before, ends the session."""
    counter, rotated_at, now, used = 0, NOW, NOW, dict[int, datetime]()
    for pause in pauses:
        now += timedelta(seconds=pause)
        claim = data.draw(st.integers(0, counter))
        verdict = judge(claim, counter, rotated_at, now)
        if verdict is Rotation.REUSED:
            break
        if verdict is Rotation.REPEAT:
            assert now - used[claim] <= timedelta(seconds=LOST_REPLY_SECONDS)
            continue
        assert claim not in used
        used[claim], counter, rotated_at = now, counter + 1, now
