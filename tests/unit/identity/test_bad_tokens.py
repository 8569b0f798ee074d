"""Headers and claims that are not ours are refused, all with the same answer.

Unless the signature is the point, a bad token is signed with a valid key: only the rule in question
stands between it and the door.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, HashAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from hypothesis import assume, given
from hypothesis import strategies as st

from app.identity.errors import BadToken
from app.identity.tokens import (
    TOKEN_CHARS_MAX,
    KeyRing,
    SigningKey,
    Verifier,
    new_signing_pem,
    read,
)

ISSUER = "https://timebank.example"
BANK = "0b0b0b0b-aaaa-4aaa-8aaa-abcdefabcdef"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
ORDER = ec.SECP256R1().group_order

PEM = new_signing_pem()
RING = KeyRing(SigningKey.from_pem(PEM))
OURS: Any = load_pem_private_key(PEM.encode(), None)
PUBLIC = OURS.public_key()
THEIRS = ec.generate_private_key(ec.SECP256R1())

HEADER: dict[str, Any] = {"alg": "ES256", "kid": RING.signing.kid, "typ": "at+jwt"}
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": f"timebank:{BANK}",
    "sub": "aaaaaaaa-0000-4000-8000-00000000000a",
    "sid": "bbbbbbbb-0000-4000-8000-00000000000b",
    "jti": "cccccccc-0000-4000-8000-00000000000c",
    "iat": SECONDS,
    "exp": SECONDS + 600,
}


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def part(value: Any) -> str:
    """Bytes and text stand for themselves, anything else for its JSON."""
    text = value if isinstance(value, str | bytes) else compact(value)
    return b64(text if isinstance(text, bytes) else text.encode())


def es256(
    content: bytes, key: ec.EllipticCurvePrivateKey = OURS, algorithm: HashAlgorithm | None = None
) -> bytes:
    r, s = decode_dss_signature(key.sign(content, ec.ECDSA(algorithm or SHA256())))
    return r.to_bytes(32) + min(s, ORDER - s).to_bytes(32)


def hs256(secret: bytes) -> Callable[[bytes], bytes]:
    return lambda content: hmac.digest(secret, content, hashlib.sha256)


def rs256(content: bytes) -> bytes:
    return rsa.generate_private_key(65537, 2048).sign(content, padding.PKCS1v15(), SHA256())


def forged(
    header: Any = HEADER, claims: Any = CLAIMS, sign: Callable[[bytes], bytes] = es256
) -> str:
    content = f"{part(header)}.{part(claims)}"
    return f"{content}.{b64(sign(content.encode()))}"


def headed(sign: Callable[[bytes], bytes] = es256, **changes: Any) -> str:
    return forged(HEADER | changes, sign=sign)


def claiming(**changes: Any) -> str:
    return forged(claims=CLAIMS | changes)


def without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}


BODY = part(CLAIMS)
TEXT = compact(CLAIMS)
AUD, SUB = CLAIMS["aud"], CLAIMS["sub"]
SPKI = PublicFormat.SubjectPublicKeyInfo
PUBLIC_PEM, PUBLIC_DER = (PUBLIC.public_bytes(form, SPKI) for form in (Encoding.PEM, Encoding.DER))
JWK = {"kty": "EC", "crv": "P-256", "x": b64(bytes(32)), "y": b64(bytes(32))}

HEADERS: dict[str, Any] = {
    "alg none without a signature": f"{part(HEADER | {'alg': 'none'})}.{BODY}.",
    "alg none with a good signature": headed(alg="none"),
    "alg nOnE": headed(alg="nOnE"),
    "HS256 with the public PEM as secret": headed(hs256(PUBLIC_PEM), alg="HS256"),
    "HS256 with the public DER as secret": headed(hs256(PUBLIC_DER), alg="HS256"),
    "HS256 with an empty secret": headed(hs256(b""), alg="HS256"),
    "RS256": headed(rs256, alg="RS256"),
    "ES384 by our key": headed(lambda text: es256(text, algorithm=SHA384()), alg="ES384"),
    "ES256 in name, SHA-384 in fact": headed(lambda text: es256(text, algorithm=SHA384())),
    "EdDSA": headed(alg="EdDSA"),
    "alg in lower case": headed(alg="es256"),
    "alg is a list": headed(alg=["ES256"]),
    "typ of plain JWTs": headed(typ="JWT"),
    "typ of a refresh token": headed(typ="refresh"),
    "typ with the media type in full": headed(typ="application/at+jwt"),
    "typ in upper case": headed(typ="AT+JWT"),
    "unknown kid": headed(kid=b64(bytes(32))),
    "our kid, another key": headed(lambda text: es256(text, THEIRS)),
    "kid null": headed(kid=None),
    "kid is a list": headed(kid=[RING.signing.kid]),
    "kid is a path": headed(kid="../../dev/null"),
    "jku": headed(jku="https://example.com/jwks.json"),
    "x5u": headed(x5u="https://example.com/cert.pem"),
    "x5c": headed(x5c=["MIIB"]),
    "jwk": headed(jwk=JWK),
    "crit unknown": headed(crit=["exp"]),
    "crit empty": headed(crit=[]),
    "b64 false": headed(b64=False, crit=["b64"]),
    "zip": headed(zip="DEF"),
    "cty": headed(cty="JWT"),
    "members in another order": forged(dict(reversed(HEADER.items()))),
    "alg twice": forged(compact(HEADER)[:-1] + ',"alg":"ES256"}'),
    "whitespace in the header": forged(json.dumps(HEADER)),
    "header is a list": forged([HEADER]),
    "header is not JSON": forged("ES256"),
    "header is empty": forged(""),
    "header is endlessly nested": forged("[" * 800),
} | {f"{name} missing": forged(without(HEADER, name)) for name in HEADER}

CLAIM_SETS: dict[str, Any] = {
    "life one second too long": claiming(exp=SECONDS + 601),
    "no life": claiming(exp=SECONDS),
    "backwards": claiming(iat=SECONDS + 30, exp=SECONDS + 10),
    "iat too far ahead": claiming(iat=SECONDS + 61),
    "over": claiming(iat=SECONDS - 600, exp=SECONDS),
    "exp as text": claiming(exp=str(SECONDS + 600)),
    "exp as float": claiming(exp=float(SECONDS + 600)),
    "iat as float": claiming(iat=float(SECONDS)),
    "exp Infinity": claiming(exp=float("inf")),
    "exp NaN": claiming(exp=float("nan")),
    "exp with an exponent": forged(claims=TEXT.replace(str(SECONDS + 600), "1e400")),
    "exp huge": claiming(exp=10**400),
    "iat and exp huge": claiming(iat=10**18, exp=10**18 + 600),
    "exp minus zero": forged(claims=TEXT.replace(str(SECONDS + 600), "-0")),
    "another issuer": claiming(iss="https://example.com"),
    "issuer with a slash": claiming(iss=ISSUER + "/"),
    "issuer in a list": claiming(iss=[ISSUER]),
    "aud without its prefix": claiming(aud=BANK),
    "aud with the prefix twice": claiming(aud=f"timebank:{AUD}"),
    "aud of another product": claiming(aud=f"library:{BANK}"),
    "aud in a list": claiming(aud=[AUD]),
    "aud in upper case": claiming(aud=f"timebank:{BANK.upper()}"),
    "aud is no id": claiming(aud="timebank:bank"),
    "id in upper case": claiming(sub=SUB.upper()),
    "id without hyphens": claiming(sub=SUB.replace("-", "")),
    "id in braces": claiming(sub=f"{{{SUB}}}"),
    "id as URN": claiming(sub=f"urn:uuid:{SUB}"),
    "a role": claiming(role="admin"),
    "nbf": claiming(nbf=SECONDS),
    "scope": claiming(scope=""),
    "a claim twice": forged(claims=TEXT[:-1] + f',"sub":"{SUB}"}}'),
    "claims in another order": forged(claims=dict(reversed(CLAIMS.items()))),
    "whitespace between claims": forged(claims=json.dumps(CLAIMS)),
    "whitespace around claims": forged(claims=f" {TEXT}\n"),
    "escaped letters": forged(claims=TEXT.replace('"sub"', '"\\u0073ub"')),
    "byte order mark": forged(claims=b"\xef\xbb\xbf" + TEXT.encode()),
    "UTF-16": forged(claims=TEXT.encode("utf-16")),
    "broken UTF-8": forged(claims=TEXT.encode() + b"\xff"),
    "two objects": forged(claims=TEXT + "{}"),
    "endlessly nested": forged(claims="[" * 800),
} | {f"claims are {text or 'empty'}": forged(claims=text) for text in ("", "[]", "1", "null", '""')}
WRONG: tuple[Any, ...] = (None, "", " ", 0, -1, True, [], {}, "\0")
EACH_CLAIM: dict[str, Any] = {
    f"{name} is {value!r}": claiming(**{name: value}) for name in CLAIMS for value in WRONG
} | {f"{name} missing": forged(claims=without(CLAIMS, name)) for name in CLAIMS}

CORPUS = HEADERS | CLAIM_SETS | EACH_CLAIM


def refuse(token: str) -> None:
    attempts: tuple[Callable[[], object], ...] = (
        lambda: read(RING, token, issuer=ISSUER, now=NOW),
        lambda: Verifier(RING, ISSUER).read(token, NOW),
    )
    for attempt in attempts:
        with pytest.raises(BadToken) as refusal:
            attempt()
        assert not refusal.value.args
        assert refusal.value.__context__ is None


def test_the_forge_makes_good_tokens_so_that_its_bad_ones_count() -> None:
    for token in (
        forged(),
        claiming(exp=SECONDS + 1),
        claiming(iat=SECONDS + 60, exp=SECONDS + 660),
    ):
        assert str(read(RING, token, issuer=ISSUER, now=NOW).bank_id) == BANK


@pytest.mark.parametrize("token", CORPUS.values(), ids=CORPUS.keys())
def test_a_bad_token_is_refused_without_a_reason(token: str) -> None:
    refuse(token)


def test_a_token_good_in_all_but_length_is_refused() -> None:
    fit, long = "i" * 1000, "i" * 1500
    assert len(claiming(iss=fit)) <= TOKEN_CHARS_MAX < len(claiming(iss=long))
    assert read(RING, claiming(iss=fit), issuer=fit, now=NOW).issuer == fit
    with pytest.raises(BadToken):
        read(RING, claiming(iss=long), issuer=long, now=NOW)


@given(
    st.sampled_from(sorted(CLAIMS)),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=50),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=5,
    ),
)
def test_no_signed_value_breaks_the_reader(name: str, value: Any) -> None:
    assume(value != CLAIMS[name])
    refuse(claiming(**{name: value}))
