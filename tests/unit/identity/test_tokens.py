"""What `issue` makes, `read` and `Verifier` accept, until its time is over or its key is gone."""

import base64
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from jose import backends
from jose.backends.ecdsa_backend import ECDSAECKey

from app.identity.claims import ACCESS_SECONDS_MAX, Access
from app.identity.errors import BadToken, WeakKey
from app.identity.tokens import (
    CLOCK_SKEW_SECONDS_MAX,
    TOKEN_CHARS_MAX,
    KeyRing,
    SigningKey,
    Verifier,
    check_backend,
    issue,
    jwks,
    new_signing_pem,
    read,
)

ISSUER = "https://timebank.example"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LIFE = timedelta(seconds=ACCESS_SECONDS_MAX)
SECOND = timedelta(seconds=1)
ACCESS = Access(
    issuer=ISSUER,
    bank_id=UUID(int=0xA1),
    login_id=UUID(int=0xB2),
    session_id=UUID(int=0xC3),
    token_id=UUID(int=0xD4),
    issued_at=NOW,
    expires_at=NOW + LIFE,
)
FIRST, SECOND_KEY = (SigningKey.from_pem(new_signing_pem()) for _ in range(2))
RING = KeyRing(FIRST)


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def json_of(text: str) -> Any:
    return json.loads(bytes_of(text))


def pem(private: Any, encryption: Any = None) -> str:
    encoded = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())
    return str(encoded, "ascii")


def test_a_token_says_what_was_issued() -> None:
    token = issue(RING, ACCESS)
    assert read(RING, token, issuer=ISSUER, now=NOW) == ACCESS
    assert Verifier(RING, ISSUER).read(token, NOW) == ACCESS


def test_header_and_claims_are_exactly_the_agreed_ones() -> None:
    header, claims, signature = issue(RING, ACCESS).split(".")
    assert json_of(header) == {"alg": "ES256", "typ": "at+jwt", "kid": FIRST.kid}
    assert json_of(claims) == {
        "iss": ISSUER,
        "aud": "timebank:00000000-0000-0000-0000-0000000000a1",
        "sub": "00000000-0000-0000-0000-0000000000b2",
        "sid": "00000000-0000-0000-0000-0000000000c3",
        "jti": "00000000-0000-0000-0000-0000000000d4",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 600,
    }
    assert len(bytes_of(signature)) == 64


def test_fractions_of_a_second_are_cut() -> None:
    late = replace(
        ACCESS,
        issued_at=NOW + timedelta(microseconds=999_999),
        expires_at=NOW + LIFE + timedelta(microseconds=999_999),
    )
    assert read(RING, issue(RING, late), issuer=ISSUER, now=NOW) == ACCESS


def test_every_signature_is_the_low_one_of_its_twins() -> None:
    half = ec.SECP256R1().group_order // 2
    signatures = [bytes_of(issue(RING, ACCESS).split(".")[2]) for _ in range(40)]
    assert all(int.from_bytes(signature[32:]) <= half for signature in signatures)


def test_a_stranger_can_verify_with_the_published_keys() -> None:
    content, _, signature = issue(RING, ACCESS).rpartition(".")
    (published,) = jwks(RING, NOW)["keys"]
    x, y = (int.from_bytes(bytes_of(published[name])) for name in ("x", "y"))
    r, s = (int.from_bytes(half) for half in (bytes_of(signature)[:32], bytes_of(signature)[32:]))
    public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    public.verify(encode_dss_signature(r, s), content.encode(), ec.ECDSA(hashes.SHA256()))


def test_published_keys_are_public_and_named_by_their_thumbprint() -> None:
    published = jwks(KeyRing(FIRST, SECOND_KEY, NOW), NOW)["keys"]
    assert [key["kid"] for key in published] == [FIRST.kid, SECOND_KEY.kid]
    for key in published:
        assert set(key) == {"kty", "crv", "x", "y", "use", "alg", "kid"}
        hashed = f'{{"crv":"P-256","kty":"EC","x":"{key["x"]}","y":"{key["y"]}"}}'
        assert bytes_of(key["kid"]) == hashlib.sha256(hashed.encode()).digest()


def test_a_token_lives_from_a_skewed_clock_to_its_end() -> None:
    verifier, token = Verifier(RING, ISSUER), issue(RING, ACCESS)
    skew = timedelta(seconds=CLOCK_SKEW_SECONDS_MAX)
    for now in (NOW - skew, NOW, NOW + LIFE - SECOND):
        assert verifier.read(token, now) == read(RING, token, issuer=ISSUER, now=now) == ACCESS


@pytest.mark.parametrize("remembered", [True, False])
@pytest.mark.parametrize(
    "now", [NOW - timedelta(seconds=CLOCK_SKEW_SECONDS_MAX, microseconds=1), NOW + LIFE]
)
def test_a_token_out_of_its_time_is_refused_even_when_remembered(
    now: datetime, remembered: bool
) -> None:
    verifier, token = Verifier(RING, ISSUER), issue(RING, ACCESS)
    if remembered:
        verifier.read(token, NOW)
    with pytest.raises(BadToken):
        verifier.read(token, now)
    with pytest.raises(BadToken):
        read(RING, token, issuer=ISSUER, now=now)


def test_a_verified_token_is_not_verified_again() -> None:
    verifier, token = Verifier(RING, ISSUER), issue(RING, ACCESS)
    assert verifier.read(token, NOW) is verifier.read(token, NOW)


def test_the_memory_of_verified_tokens_is_bounded_and_refusals_take_none() -> None:
    verifier = Verifier(RING, ISSUER, remembered_max=2)
    for number in range(5):
        token = issue(RING, replace(ACCESS, token_id=UUID(int=number)))
        verifier.read(token, NOW)
        with pytest.raises(BadToken):
            verifier.read(token + "A", NOW)
        assert verifier._verified.cache_info().currsize == min(number + 1, 2)
    newest = verifier.read(token, NOW)
    assert verifier.read(token, NOW) is newest


@pytest.mark.parametrize(
    "times",
    [
        {"expires_at": NOW + LIFE + SECOND},
        {"expires_at": NOW},
        {"expires_at": NOW - SECOND},
        {"issued_at": NOW.replace(tzinfo=None), "expires_at": (NOW + LIFE).replace(tzinfo=None)},
        {"issued_at": NOW.astimezone(timezone(timedelta(hours=1)))},
    ],
    ids=["too long", "no time", "backwards", "naive", "not UTC"],
)
def test_an_access_with_wrong_times_cannot_be_made(times: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"lives 1 to 600 seconds|aware and in UTC"):
        replace(ACCESS, **times)


def test_a_token_that_no_reader_would_take_is_not_issued() -> None:
    with pytest.raises(ValueError, match="at most 2048 characters"):
        issue(RING, replace(ACCESS, issuer="i" * TOKEN_CHARS_MAX))


def test_a_naive_clock_is_a_mistake_of_ours_not_a_bad_token() -> None:
    with pytest.raises(TypeError):
        read(RING, issue(RING, ACCESS), issuer=ISSUER, now=NOW.replace(tzinfo=None))


UNFIT_PEMS = {
    "empty": "",
    "not a key": "secret words",
    "half a character": "\ud800",
    "RSA": pem(rsa.generate_private_key(65537, 2048)),
    "P-384": pem(ec.generate_private_key(ec.SECP384R1())),
    "secp256k1": pem(ec.generate_private_key(ec.SECP256K1())),
    "Ed25519": pem(ed25519.Ed25519PrivateKey.generate()),
    "encrypted": pem(ec.generate_private_key(ec.SECP256R1()), BestAvailableEncryption(b"words")),
    "public": load_pem_private_key(new_signing_pem().encode(), None)
    .public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    .decode(),
}


@pytest.mark.parametrize("unfit", UNFIT_PEMS.values(), ids=UNFIT_PEMS.keys())
def test_only_a_p256_private_key_signs_and_the_refusal_shows_nothing_of_it(unfit: str) -> None:
    with pytest.raises(WeakKey, match="the signing key must be") as refusal:
        SigningKey.from_pem(unfit)
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None
    assert not unfit or unfit not in str(refusal.value)


def test_a_key_does_not_show_itself() -> None:
    secret = new_signing_pem()
    key = SigningKey.from_pem(secret)
    assert repr(key) == f"SigningKey(kid='{key.kid}')"
    assert secret.splitlines()[1] not in repr(KeyRing(key))


def test_the_leaky_fallback_of_the_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    check_backend()
    monkeypatch.setattr(backends, "ECKey", ECDSAECKey)
    with pytest.raises(RuntimeError):
        check_backend()
