"""An access token is good in its own bank and session, and nowhere else."""

import base64
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from fastapi import FastAPI

from app.identity.claims import Access
from app.identity.tokens import KeyRing, SigningKey, issue, new_signing_pem
from app.kit.ids import new_id
from tests.contract import bearer, status_with
from tests.doings import same_as_absent
from tests.town import Person, Town, good, refused


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def number(part: str) -> int:
    return int.from_bytes(decoded(part))


def access_of(town: Town, person: Person) -> Access:
    return town.tools.verifier.read(person.token, town.ground.clock())


def altered(access: Access, **changes: Any) -> Access:
    names = ("issuer", "bank_id", "login_id", "session_id", "token_id", "issued_at", "expires_at")
    return Access(**{name: getattr(access, name) for name in names} | changes)


async def test_the_published_keys_verify_an_issued_token(town: Town) -> None:
    ana = await town.member()
    keys = good(await town.client.get("/.well-known/jwks.json"))["keys"]
    header, payload, signature = ana.token.split(".")
    (key,) = [one for one in keys if one["kid"] == json.loads(decoded(header))["kid"]]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}  # and no private half
    curve = ec.SECP256R1()
    public = ec.EllipticCurvePublicNumbers(number(key["x"]), number(key["y"]), curve).public_key()
    r, s = (int.from_bytes(half) for half in (decoded(signature)[:32], decoded(signature)[32:]))
    public.verify(encode_dss_signature(r, s), f"{header}.{payload}".encode(), ec.ECDSA(SHA256()))


async def test_a_token_says_nothing_but_ids_and_times(town: Town) -> None:
    ana = await town.member("Ana")
    claims = json.loads(decoded(ana.token.split(".")[1]))
    assert set(claims) == {"iss", "aud", "sub", "sid", "jti", "iat", "exp"}
    assert UUID(claims["sub"]).version == UUID(claims["sid"]).version == 4


@pytest.mark.parametrize("change", ["bank_id", "login_id", "session_id"])
async def test_a_well_signed_token_for_what_does_not_belong_together_is_refused(
    town: Town, change: str
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    theirs = {
        "bank_id": new_id(),
        "login_id": bor.login_id,
        "session_id": access_of(town, bor).session_id,
    }
    forged = issue(town.tools.ring, altered(access_of(town, ana), **{change: theirs[change]}))
    assert await status_with(town, forged) == 401
    assert await status_with(town, issue(town.tools.ring, access_of(town, ana))) == 200


async def test_a_token_of_one_bank_is_no_good_in_another(
    town: Town, app: FastAPI, client: httpx.AsyncClient
) -> None:
    other = await Town.founded(app, client, "drugi")
    ana, twin = await town.member("Ana"), await other.member("Ana")
    moved = altered(access_of(town, ana), bank_id=other.bank_id)
    assert await status_with(town, issue(town.tools.ring, moved)) == 401
    listing = await other.listing(twin)
    absent = await ana.get(f"/v1/listings/{new_id()}")
    same_as_absent(await ana.get(f"/v1/listings/{listing['id']}"), absent)
    assert good(await ana.get("/v1/listings"))["items"] == []
    good(await twin.get(f"/v1/listings/{listing['id']}"))


async def test_a_token_of_another_installation_is_refused(town: Town) -> None:
    ana = await town.member()
    theirs = KeyRing(SigningKey.from_pem(new_signing_pem()))
    assert await status_with(town, issue(theirs, access_of(town, ana))) == 401
    issuer = altered(access_of(town, ana), issuer="elsewhere")
    assert await status_with(town, issue(town.tools.ring, issuer)) == 401


async def test_a_token_from_the_future_is_refused(town: Town) -> None:
    access = access_of(town, await town.member())
    ahead = timedelta(hours=1)
    early = altered(
        access, issued_at=access.issued_at + ahead, expires_at=access.expires_at + ahead
    )
    assert await status_with(town, issue(town.tools.ring, early)) == 401


async def test_a_token_in_the_query_or_in_a_form_is_not_looked_at(town: Town) -> None:
    ana = await town.member()
    refused(await town.client.get(f"/v1/me?access_token={ana.token}"), 401, "not-authenticated")
    cookie = {"Cookie": f"access_token={ana.token}"}
    refused(await town.client.get("/v1/me", headers=cookie), 401, "not-authenticated")
    good(await town.client.get("/v1/me", headers=bearer(ana.token)))
