"""Plain requests of hot operations go past the framework, and nobody can tell by the answer."""

from typing import Any

import httpx
import pytest
from starlette.routing import Router

from app.kit.straight import StraightWay
from tests.doings import NOWHERE, varying
from tests.town import Town, good

DONATIONS = "/v1/donations"
ABSENT = f"/v1/exchanges/{NOWHERE}/confirmation"
JSON = {"Content-Type": "application/json"}
ODD: dict[str, tuple[str, dict[str, str], bytes]] = {
    "too much": (DONATIONS, JSON, b'{"minutes": 6000}'),
    "too much, with a key": (DONATIONS, {**JSON, "Idempotency-Key": "one"}, b'{"minutes": 5000}'),
    "an unusable key": (DONATIONS, {**JSON, "Idempotency-Key": "k" * 256}, b'{"minutes": 1}'),
    "a fraction": (DONATIONS, JSON, b'{"minutes": 1.0}'),
    "an unknown member": (DONATIONS, JSON, b'{"minutes": 1, "to": "me"}'),
    "a list": (DONATIONS, JSON, b"[]"),
    "no body": (DONATIONS, JSON, b""),
    "broken JSON": (DONATIONS, JSON, b'{"minutes": 1'),
    "very deep JSON": (DONATIONS, JSON, b"[" * 20_000),
    "bytes that are no text": (DONATIONS, JSON, b"\xff"),
    "another type": (DONATIONS, {"Content-Type": "text/plain"}, b'{"minutes": 1}'),
    "too large": (DONATIONS, JSON, b" " * 2_000_000),
    "no exchange": (ABSENT, {}, b""),
    "no exchange, an empty object": (ABSENT, JSON, b"{}"),
    "no exchange, a body": (ABSENT, JSON, b'{"minutes": 1}'),
    "no id": ("/v1/exchanges/x/confirmation", {}, b""),
    "a slash too many": (f"{DONATIONS}/", JSON, b'{"minutes": 1}'),
    "a bad token": (DONATIONS, {**JSON, "Authorization": "Bearer x"}, b'{"minutes": 1}'),
    "in Slovene": (DONATIONS, {**JSON, "Accept-Language": "sl"}, b'{"minutes": 6000}'),
}


@pytest.mark.parametrize("odd", ODD)
async def test_the_answer_is_the_same_as_on_the_usual_way(
    town: Town, monkeypatch: pytest.MonkeyPatch, odd: str
) -> None:
    ana = await town.member("Ana")
    path, headers, content = ODD[odd]
    straight = await ana.ask("POST", path, headers=headers, content=content)
    monkeypatch.setattr(StraightWay, "_find", lambda *_: None)
    usual = await ana.ask("POST", path, headers=headers, content=content)
    assert straight.is_client_error
    assert (straight.status_code, straight.content) == (usual.status_code, usual.content)
    assert varying(straight) == varying(usual)


async def test_a_body_in_pieces_is_read_whole_on_both_ways(town: Town) -> None:
    ana = await town.member("Ana", minutes=60)

    async def pieces(*parts: bytes) -> Any:
        for part in parts:
            yield part

    given = await ana.ask("POST", DONATIONS, headers=JSON, content=pieces(b'{"minu', b'tes": 5}'))
    assert good(given)["balance_minutes"] == 55
    odd = await ana.ask("POST", DONATIONS, headers=JSON, content=pieces(b'{"minu', b'tes": 0}'))
    assert odd.json()["errors"][0]["pointer"] == "/body/minutes"


async def test_a_plain_request_does_not_meet_the_router(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = await town.member("Ana", minutes=60)
    monkeypatch.setattr(Router, "__call__", _nobody)
    assert good(await ana.post(DONATIONS, {"minutes": 5}))["balance_minutes"] == 55
    again = [await ana.post(DONATIONS, {"minutes": 5}, key="once") for _ in range(2)]
    assert [good(one)["balance_minutes"] for one in again] == [50, 50]
    assert "Idempotency-Replayed" in again[1].headers
    assert (
        await ana.post(DONATIONS, {"minutes": 0})
    ).status_code == httpx.codes.INTERNAL_SERVER_ERROR


async def _nobody(*_: object) -> None:
    raise AssertionError("the router was asked")
