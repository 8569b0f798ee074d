"""Every kind of bad token gets one answer over HTTP, to the byte, and so does a good one too late.

The forger's good token opens a door here, so it is the named fault alone that closes it.
"""

import base64
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from app.kit.settings import Settings
from app.main import create_app
from tests.conftest import FakeClock
from tests.contract import bearer, client_of, status_with
from tests.doings import sql, varying
from tests.town import Town, good
from tests.unit.identity import test_bad_tokens as forge

KINDS_MIN = 43


@pytest.fixture
async def robbed(settings: Settings, clock: FakeClock) -> AsyncIterator[Town]:
    """A town whose signing key the forger has, with the session that the forger's tokens name."""
    clock.moment = forge.NOW
    key = {"token_key": SecretStr(forge.PEM), "issuer": forge.ISSUER}
    app: FastAPI = create_app(settings.model_copy(update=key), clock)
    async with client_of(app) as client:
        town = await Town.founded(app, client)
        ana = await town.member("Ana")
        await _rename(town, ana.login_id)
        yield town


async def _rename(town: Town, login_id: UUID) -> None:
    """Give bank, login and session the ids that the forger's tokens name."""
    bank, sub, sid = (UUID(one) for one in (forge.BANK, forge.SUB, forge.CLAIMS["sid"]))
    await sql(
        town,
        "INSERT INTO bank SELECT (jsonb_populate_record(b, jsonb_build_object("
        "'bank_id', $1::uuid, 'slug', 'robbed'))).* FROM bank b",
        bank,
    )
    await sql(
        town,
        "INSERT INTO login SELECT (jsonb_populate_record(l, jsonb_build_object("
        "'bank_id', $1::uuid, 'login_id', $2::uuid, 'member_id', NULL, 'roles', '{}'::text[]))).*"
        " FROM login l WHERE login_id = $3",
        *(bank, sub, login_id),
    )
    await sql(
        town,
        "INSERT INTO session SELECT (jsonb_populate_record(s, jsonb_build_object("
        "'bank_id', $1::uuid, 'login_id', $2::uuid, 'session_id', $3::uuid))).*"
        " FROM session s WHERE login_id = $4",
        *(bank, sub, sid, login_id),
    )


async def test_every_bad_token_is_refused_with_the_same_bytes(robbed: Town) -> None:
    assert len(forge.CORPUS) >= KINDS_MIN
    good(await robbed.client.get("/v1/me", headers=bearer(forge.forged())))
    bare = await robbed.client.get("/v1/me")
    assert bare.status_code == 401
    different = [
        kind
        for kind, token in forge.CORPUS.items()
        if told(await robbed.client.get("/v1/me", headers=bearer(token))) != told(bare)
    ]
    assert different == []


def told(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    return answer.status_code, answer.content, varying(answer)


async def test_no_other_spelling_of_a_token_outlives_its_session(town: Town) -> None:
    ana = await town.member()
    content, _, signature = ana.token.rpartition(".")
    r, s = halves(signature)
    twin = forge.b64(r + (forge.ORDER - int.from_bytes(s)).to_bytes(32))
    left_over = signature[:-1] + chr(ord(signature[-1]) + 1)
    spellings = [f"{content}.{one}" for one in (twin, f"{signature}==", left_over)]
    assert await status_with(town, ana.token) == 200
    assert (await ana.delete("/v1/sessions")).status_code == 204
    bare = await town.client.get("/v1/me")
    for token in (ana.token, *spellings, f" {ana.token}"):
        assert told(await town.client.get("/v1/me", headers=bearer(token))) == told(bare)


def halves(signature: str) -> tuple[bytes, bytes]:
    raw = base64.urlsafe_b64decode(signature + "==")
    return raw[:32], raw[32:]
