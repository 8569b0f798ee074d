"""Texts around a good token: encoded, cut, padded or signed otherwise, they are all refused."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from app.identity.claims import Access
from app.identity.errors import BadToken
from app.identity.tokens import KeyRing, SigningKey, Verifier, issue, new_signing_pem, read

ISSUER = "https://timebank.example"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ACCESS = Access(
    issuer=ISSUER,
    bank_id=UUID(int=0xA1),
    login_id=UUID(int=0xB2),
    session_id=UUID(int=0xC3),
    token_id=UUID(int=0xD4),
    issued_at=NOW,
    expires_at=NOW + timedelta(seconds=600),
)
RING = KeyRing(SigningKey.from_pem(new_signing_pem()))
ORDER = ec.SECP256R1().group_order


class Text(str):
    __slots__ = ()


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


GOOD = issue(RING, ACCESS)
ANOTHER = issue(RING, replace(ACCESS, login_id=UUID(int=0xB3)))
HEAD, BODY, SIGNATURE = GOOD.split(".")
RAW = base64.urlsafe_b64decode(SIGNATURE + "==")
R, S = RAW[:32], RAW[32:]
DER = encode_dss_signature(int.from_bytes(R), int.from_bytes(S))
HIGH_TWIN = R + (ORDER - int.from_bytes(S)).to_bytes(32)
LEFT_OVER = SIGNATURE[:-1] + chr(ord(SIGNATURE[-1]) + 1)

SHAPES: dict[str, Any] = {
    "empty": "",
    "a word": "token",
    "only dots": "..",
    "two parts": f"{HEAD}.{BODY}",
    "four parts": f"{GOOD}.",
    "five parts, as a JWE": f"{HEAD}..{BODY}.{BODY}.{SIGNATURE}",
    "JSON serialisation": json.dumps({"protected": HEAD, "payload": BODY, "signature": SIGNATURE}),
    "with its scheme": f"Bearer {GOOD}",
    "space before": f" {GOOD}",
    "newline after": f"{GOOD}\n",
    "newline inside": f"{HEAD}.{BODY[:40]}\n{BODY[40:]}.{SIGNATURE}",
    "NUL after": f"{GOOD}\0",
    "padded signature": f"{GOOD}==",
    "padded header": f"{HEAD}{'=' * (-len(HEAD) % 4) or '===='}.{BODY}.{SIGNATURE}",
    "left-over bits": f"{HEAD}.{BODY}.{LEFT_OVER}",
    "foreign letter": f"{GOOD}!",
    "not ASCII": f"{GOOD}\u0435",
    "half a character": f"{GOOD}\ud800",
    "bytes": GOOD.encode(),
    "None": None,
    "a number": 7,
    "a list": [GOOD],
    "an object": {"token": GOOD},
    "a subclass of text": Text(GOOD),
    "too long": GOOD + "A" * 2000,
    "long": "A" * 1_000_000,
    "no signature": f"{HEAD}.{BODY}.",
    "high twin of the signature": f"{HEAD}.{BODY}.{b64(HIGH_TWIN)}",
    "signature of another token": f"{HEAD}.{BODY}.{ANOTHER.split('.')[2]}",
    "signature in DER": f"{HEAD}.{BODY}.{b64(DER)}",
} | {
    f"signature {name}": f"{HEAD}.{BODY}.{b64(raw)}"
    for name, raw in {
        "a byte short": RAW[:-1],
        "a byte long": RAW + b"\0",
        "all zero": bytes(64),
        "with s zero": R + bytes(32),
        "with s past the order": R + (int.from_bytes(S) + ORDER).to_bytes(33),
        "swapped": S + R,
        "with longer integers": b"\0" + R + b"\0" + S,
    }.items()
}


def refuse(token: Any) -> None:
    verifier = Verifier(RING, ISSUER)
    verifier.read(GOOD, NOW)
    with pytest.raises(BadToken):
        verifier.read(token, NOW)
    with pytest.raises(BadToken):
        read(RING, token, issuer=ISSUER, now=NOW)


@pytest.mark.parametrize("token", SHAPES.values(), ids=SHAPES.keys())
def test_a_misshapen_token_is_refused(token: Any) -> None:
    refuse(token)


def test_the_twin_and_the_other_spelling_mean_the_same_signature_to_a_lax_reader() -> None:
    assert base64.urlsafe_b64decode(LEFT_OVER + "==") == RAW
    public: Any = RING.signing.public
    assert public.verify(f"{HEAD}.{BODY}".encode(), HIGH_TWIN)


def test_a_good_token_with_any_letter_changed_added_or_lost_is_refused() -> None:
    for place, letter in enumerate(GOOD):
        for other in {*"AQgw_-=. \n\u0435", chr(ord(letter) ^ 1), letter * 2, ""} - {letter}:
            with pytest.raises(BadToken):
                read(RING, GOOD[:place] + other + GOOD[place + 1 :], issuer=ISSUER, now=NOW)


@given(st.text() | st.lists(st.text("Aa0-_=", max_size=90), max_size=6).map(".".join))
def test_no_text_breaks_the_reader(token: str) -> None:
    refuse(token)
