"""Access tokens: ES256 JWTs (RFC 7519, RFC 9068) that name one session for at most ten minutes.

The only place that touches python-jose, which by itself accepts too much: a missing `aud`, a
missing or textual `exp`, any `kid`, `crit`, `jku`. Here a token is read by one rule: **it is
accepted only when issuing it again would give the same text.** Header and claims are compared,
letter by letter, with what `issue` writes; the signature must be the low one of its two twins.
Values in, values out: no database, no clock.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any, Self
from uuid import UUID

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jose import backends, jws
from jose.backends.cryptography_backend import CryptographyECKey

from app.identity.base64url import decode, encode
from app.identity.claims import ACCESS_SECONDS_MAX, Access
from app.identity.errors import BadToken, WeakKey

CLOCK_SKEW_SECONDS_MAX = 60
TOKEN_CHARS_MAX = 2048
REMEMBERED_MAX = 10_000

ALGORITHM = "ES256"
TOKEN_TYPE = "at+jwt"  # noqa: S105 - the media type of RFC 9068, not a secret
AUDIENCE_PREFIX = "timebank:"

_INTEGER_BYTES = 32
_ORDER = ec.SECP256R1().group_order


def check_backend() -> None:
    """Raise RuntimeError unless python-jose signs with `cryptography`.

    Its fallback, the pure Python `ecdsa`, leaks the private key by its timing (CVE-2024-23342).
    """
    if backends.ECKey is not CryptographyECKey:
        raise RuntimeError("python-jose must use its cryptography backend")


check_backend()


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One P-256 key pair; `kid` is the RFC 7638 thumbprint of its public half."""

    kid: str
    private: CryptographyECKey = field(repr=False)
    public: CryptographyECKey = field(repr=False)

    @classmethod
    def from_pem(cls, pem: str) -> Self:
        """Load an unencrypted PEM private key; anything but P-256 raises WeakKey."""
        try:
            private = serialization.load_pem_private_key(pem.encode(), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            # The cause may quote the key.
            raise WeakKey("the signing key must be an unencrypted PEM private key") from None
        if not isinstance(getattr(private, "curve", None), ec.SECP256R1):
            raise WeakKey("the signing key must be an elliptic curve key on P-256")
        public = CryptographyECKey(private.public_key(), ALGORITHM)
        thumbprint = hashlib.sha256(_json(_public_numbers(public))).digest()
        return cls(encode(thumbprint), CryptographyECKey(private, ALGORITHM), public)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The key that signs, and the next one, published before it takes over at a set moment.

    Which key signs hangs on the time alone, so all processes change keys together, and each key
    vouches for its own time only: from that moment on the old key makes nothing new, and what it
    made is over when ACCESS_SECONDS_MAX have passed.
    """

    signing: SigningKey
    following: SigningKey | None = None
    takes_over_at: datetime | None = None

    def key_at(self, issued_at: datetime) -> SigningKey:
        """The key that signs what is issued then."""
        if self.following is None or self.takes_over_at is None:
            return self.signing
        return self.following if issued_at >= self.takes_over_at else self.signing

    def published_at(self, now: datetime) -> list[SigningKey]:
        """The keys that others have to know now: of what may be in use, and what will be."""
        keys = [self.key_at(now - timedelta(seconds=ACCESS_SECONDS_MAX)), self.following]
        return [key for key in dict.fromkeys(keys) if key is not None]


class Verifier:
    """`read` for one ring and issuer, remembering tokens that verified.

    Make one per process; new keys need a new one. Refusals are not remembered, and times are
    judged on every read. Of more than `remembered_max` tokens the least recently used go.
    """

    def __init__(self, ring: KeyRing, issuer: str, remembered_max: int = REMEMBERED_MAX) -> None:
        self._verified = lru_cache(remembered_max)(partial(_verified, ring, issuer))

    def read(self, token: str, now: datetime) -> Access:
        """Do as the function `read` does."""
        return _in_time(self._verified(_text(token)), now)

    def read_however_old(self, token: str) -> Access:
        """Do the same for a token whose time may be over: good for signing out, no more."""
        return self._verified(_text(token))


def read(ring: KeyRing, token: str, *, issuer: str, now: datetime) -> Access:
    """Return what a token says, if `issue` made it with a key of the ring and its time is on.

    Raises:
        BadToken: in every other case.
    """
    return _in_time(_verified(ring, issuer, _text(token)), now)


def issue(ring: KeyRing, access: Access) -> str:
    """Sign an access token with the key of its time.

    Raises:
        ValueError: the issuer is so long that no reader would take the token.
    """
    key = ring.key_at(access.issued_at)
    headers = {"typ": TOKEN_TYPE, "kid": key.kid}
    signed = jws.sign(_claims(access), key.private, headers, ALGORITHM)
    content, _, signature = signed.rpartition(".")
    token = f"{content}.{encode(_low(decode(signature)))}"
    if len(token) > TOKEN_CHARS_MAX:
        raise ValueError(f"an access token has at most {TOKEN_CHARS_MAX} characters")
    return token


def jwks(ring: KeyRing, now: datetime) -> dict[str, Any]:
    """Return the public keys of now as a JWK set (RFC 7517)."""
    about = {"use": "sig", "alg": ALGORITHM}
    keys = ring.published_at(now)
    return {"keys": [_public_numbers(key.public) | {"kid": key.kid} | about for key in keys]}


def new_signing_pem() -> str:
    """Return a new P-256 private key as PEM. It is a secret."""
    private = ec.generate_private_key(ec.SECP256R1())
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _text(token: str) -> str:
    # A caller may hand over whatever came in; a subclass of str could lie about its hash.
    if type(token) is not str or len(token) > TOKEN_CHARS_MAX:
        raise BadToken
    return token


def _in_time(access: Access, now: datetime) -> Access:
    early = access.issued_at - now > timedelta(seconds=CLOCK_SKEW_SECONDS_MAX)
    if early or now >= access.expires_at:
        raise BadToken
    return access


def _verified(ring: KeyRing, issuer: str, token: str) -> Access:
    # Hostile text makes parsers raise anything, even RecursionError; the answer is always one,
    # and raised outside an `except` it drags no cause along that would tell why.
    with suppress(Exception):
        return _parsed(ring, issuer, token)
    raise BadToken


def _parsed(ring: KeyRing, issuer: str, token: str) -> Access:
    header, payload, signature = token.split(".")
    claims, raw_signature = decode(payload), decode(signature)
    access = _access(issuer, json.loads(claims))
    key = ring.key_at(access.issued_at)
    # The header is not parsed but compared: so `alg`, `jku`, `jwk`, `crit` have no say at all, and
    # an unknown `kid` sends nobody to fetch anything.
    as_issued = (
        header == encode(_json({"alg": ALGORITHM, "kid": key.kid, "typ": TOKEN_TYPE})),
        claims == _claims(access),
        raw_signature == _low(raw_signature),
    )
    if not all(as_issued) or jws.verify(token, key.public, [ALGORITHM]) != claims:
        raise BadToken
    return access


def _access(issuer: str, claims: dict[str, Any]) -> Access:
    return Access(
        issuer=issuer,
        bank_id=UUID(claims["aud"].removeprefix(AUDIENCE_PREFIX)),
        login_id=UUID(claims["sub"]),
        session_id=UUID(claims["sid"]),
        token_id=UUID(claims["jti"]),
        issued_at=datetime.fromtimestamp(claims["iat"], UTC),
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
    )


def _claims(access: Access) -> bytes:
    return _json(
        {
            "iss": access.issuer,
            "aud": f"{AUDIENCE_PREFIX}{access.bank_id}",
            "sub": str(access.login_id),
            "sid": str(access.session_id),
            "jti": str(access.token_id),
            "iat": int(access.issued_at.timestamp()),
            "exp": int(access.expires_at.timestamp()),
        }
    )


def _low(signature: bytes) -> bytes:
    # (r, s) and (r, n - s) both verify; keeping the smaller s leaves one text for one token.
    r, s = signature[:_INTEGER_BYTES], int.from_bytes(signature[_INTEGER_BYTES:])
    return r + min(s, _ORDER - s).to_bytes(_INTEGER_BYTES)


def _public_numbers(key: CryptographyECKey) -> dict[str, str]:
    # In the order and with exactly the members that RFC 7638 hashes.
    numbers = key.prepared_key.public_numbers()
    x, y = (encode(number.to_bytes(_INTEGER_BYTES)) for number in (numbers.x, numbers.y))
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")
