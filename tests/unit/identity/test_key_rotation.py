"""Signing keys change at a moment that every process knows, and nobody is signed out by it."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.identity.claims import ACCESS_SECONDS_MAX, Access
from app.identity.errors import BadToken
from app.identity.tokens import KeyRing, SigningKey, Verifier, issue, jwks, new_signing_pem
from app.kit.settings import BadSettings, load_settings

ISSUER = "https://timebank.example"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LIFE = timedelta(seconds=ACCESS_SECONDS_MAX)
SECOND = timedelta(seconds=1)
IDS = {name: UUID(int=1) for name in ("bank_id", "login_id", "session_id", "token_id")}
ACCESS = Access(issuer=ISSUER, issued_at=NOW, expires_at=NOW + LIFE, **IDS)
FIRST, SECOND_KEY = (SigningKey.from_pem(new_signing_pem()) for _ in range(2))


def json_of(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def issued(at: datetime) -> Access:
    return replace(ACCESS, issued_at=at, expires_at=at + LIFE)


def test_keys_rotate_at_their_moment_without_signing_anybody_out() -> None:
    change = NOW + timedelta(hours=1)
    ring = KeyRing(FIRST, SECOND_KEY, change)
    verifier = Verifier(ring, ISSUER)
    for at, key in [(NOW, FIRST), (change - SECOND, FIRST), (change, SECOND_KEY)]:
        token = issue(ring, issued(at))
        assert json_of(token.split(".")[0])["kid"] == key.kid
        # What was signed lives its life out, whichever process reads it, before and after.
        assert verifier.read(token, at + LIFE - SECOND) == issued(at)
        assert Verifier(KeyRing(key), ISSUER).read(token, at) == issued(at)


def test_a_key_vouches_for_its_own_time_only() -> None:
    change = NOW + timedelta(hours=1)
    ring = KeyRing(FIRST, SECOND_KEY, change)
    early, late = issue(KeyRing(SECOND_KEY), issued(NOW)), issue(KeyRing(FIRST), issued(change))
    for token, at in [(early, NOW), (late, change)]:
        with pytest.raises(BadToken):
            Verifier(ring, ISSUER).read(token, at)


def test_the_next_key_is_published_before_it_signs_and_the_old_one_while_it_may_be_met() -> None:
    change = NOW + timedelta(hours=1)
    ring, first, second = KeyRing(FIRST, SECOND_KEY, change), FIRST.kid, SECOND_KEY.kid
    over = change + LIFE
    kids = {
        at: [key["kid"] for key in jwks(ring, at)["keys"]]
        for at in (NOW, change, over - SECOND, over)
    }
    assert kids == {
        NOW: [first, second],
        change: [first, second],
        over - SECOND: [first, second],
        over: [second],
    }


@pytest.mark.parametrize(
    "half", [{"token_key_next": new_signing_pem()}, {"token_key_next_at": "2026-12-01T03:00:00Z"}]
)
def test_the_next_key_and_its_moment_go_together(tmp_path: Path, half: dict[str, str]) -> None:
    with pytest.raises(BadSettings, match="TIMEBANK_TOKEN_KEY_NEXT_AT go together") as refusal:
        load_settings(data_folder=tmp_path, **half)
    assert "BEGIN" not in str(refusal.value)
