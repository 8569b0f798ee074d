"""A bug of ours and whatever people write leave no text behind: not in answers, not in logs."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import APIRouter
from sqlalchemy import text

from app.kit.http import Public, Route, Working
from app.kit.logs import FIELDS, configure_logs
from app.kit.reach import Relation, reaches
from app.kit.settings import Settings
from app.main import create_app
from tests.conftest import FakeClock
from tests.contract import client_of, offer, problem, protected, request_id, sign_in
from tests.doings import disputed, sql, take
from tests.town import JSON, Town, good, refused

CANARY = "canary"
JSON_TYPE = {"Content-Type": "application/json"}
QUOTED = text("INSERT INTO area VALUES (:bank, :slug, 'canary-row', 'canary-row')")


@asynccontextmanager
async def talking(settings: Settings) -> AsyncIterator[Town]:
    """A town whose application logs all that it ever would, and has a few bugs.

    Made in the test itself, because it logs to what is standard error at that moment.
    """
    app = create_app(settings.model_copy(update={"log_level": "DEBUG"}), FakeClock())
    app.include_router(bugs())
    try:
        async with client_of(app) as client:
            yield await Town.founded(app, client)
    finally:
        configure_logs(settings.log_level)


def bugs() -> APIRouter:
    router = APIRouter(route_class=Route)

    @router.get("/bug")
    @reaches(Relation.NOBODYS)
    async def bug(_: Public) -> dict[str, Any]:
        raise ValueError(CANARY)

    @router.get("/bug/{name}")
    @reaches(Relation.NOBODYS)
    async def bug_in_sql(name: str, work: Working, _: Public) -> dict[str, Any]:
        # PostgreSQL quotes the whole row in such an error's detail.
        await work.session.execute(QUOTED, {"bank": work.vault.key("x").hex()[:32], "slug": name})
        return {}

    @router.get("/bug-in-a-group")
    @reaches(Relation.NOBODYS)
    async def bug_in_a_group(_: Public) -> dict[str, Any]:
        causes = [ValueError(CANARY), KeyError(CANARY)]
        raise ExceptionGroup(CANARY, causes) from RuntimeError(CANARY)

    return router


def lines(capfd: pytest.CaptureFixture[str]) -> list[JSON]:
    """What was logged since the last look: one JSON object a line, and nothing else."""
    captured = capfd.readouterr()
    assert captured.out == ""
    return [json.loads(line) for line in captured.err.splitlines()]


def requests(capfd: pytest.CaptureFixture[str]) -> list[JSON]:
    return [line for line in lines(capfd) if line["event"] == "request"]


@pytest.mark.parametrize("path", ["/bug", "/bug/canary", "/bug-in-a-group"])
async def test_a_bug_is_a_problem_without_its_text_and_a_line_without_its_message(
    settings: Settings, capfd: pytest.CaptureFixture[str], path: str
) -> None:
    async with talking(settings) as town:
        answer = await town.client.get(path, headers={"Accept-Language": "sl"})
    body = refused(answer, 500, "fault")
    assert set(body) == {"type", "title", "status", "detail"}
    assert body["title"] == "Nekaj je šlo narobe"
    protected(answer)
    logged = lines(capfd)
    assert CANARY not in answer.text + json.dumps(logged)
    (failure,) = [line for line in logged if line["event"] == "request failed"]
    assert failure["request_id"] == request_id(answer)
    assert failure["error"] in {"ValueError", "IntegrityError", "ExceptionGroup"}
    assert any(place.startswith("kit/middleware.py:") for place in failure["where"])


async def test_a_request_is_logged_by_its_operation_and_never_by_its_path(
    settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    async with talking(settings) as town:
        ana = await town.member()
        listing = await town.listing(ana)
        requests(capfd)
        found = await ana.get(f"/v1/listings/{listing['id']}?q={CANARY}")
        await ana.ask("BREW", f"/v1/{CANARY}")
    known, lost = requests(capfd)
    assert {name: known[name] for name in ("operation", "method", "status", "request_id")} == {
        "operation": "get_listing",
        "method": "GET",
        "status": 200,
        "request_id": request_id(found),
    }
    assert (lost["operation"], lost["method"], lost["status"]) == ("none", "other", 404)


async def provoke(town: Town) -> None:
    """Write the canary wherever something can be written, and meet every kind of refusal."""
    ana = await town.member(f"Ana {CANARY}", email=f"{CANARY}@example.org")
    bor, moderator = await town.member("Bor"), await town.staff("moderator")
    joining = {"alias": CANARY, "email": f"{CANARY}@example.org", "languages": ["sl"]}
    await town.client.post("/v1/members", json=joining | {"password": f"long {CANARY}"})
    await town.client.post("/v1/members", json=joining | {"password": CANARY})
    await sign_in(town, f"{CANARY}@example.org", f"wrong {CANARY}")
    headers = {"Idempotency-Key": CANARY, "If-Match": CANARY, "User-Agent": CANARY}
    wordy = offer(title=CANARY, body=CANARY, availability=CANARY)
    listing = good(await ana.ask("POST", "/v1/listings", json=wordy, headers=headers))
    await ana.ask("POST", "/v1/listings", json=wordy, headers=headers)
    await ana.ask("PATCH", f"/v1/listings/{listing['id']}", json={}, headers=headers)
    for bad in (offer(category=CANARY), offer(area=CANARY), {CANARY: CANARY}):
        await ana.post("/v1/listings", bad)
    await ana.ask("POST", "/v1/listings", content=CANARY, headers=JSON_TYPE)
    await ana.get(f"/v1/bank?bank={CANARY}")
    await ana.get("/v1/listings", params={"q": CANARY, "cursor": CANARY})
    await town.client.get(f"/v1/{CANARY}", headers={"Authorization": f"Bearer {CANARY}"})
    proposal = {"listing_id": listing["id"], "minutes": 60, "message": CANARY}
    exchange = good(await bor.post("/v1/exchanges", proposal))
    await take(bor, exchange, "acceptance")
    good(await take(ana, exchange, "acceptance"))
    good(await ana.post(f"/v1/exchanges/{exchange['id']}/messages", {"text": CANARY}))
    dispute = await disputed(bor, exchange)
    decision = {"outcome": "void", "reason": CANARY}
    good(await moderator.post(f"/v1/disputes/{dispute['id']}/resolution", decision))


async def test_nothing_that_anybody_writes_is_logged_at_any_level(
    settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    async with talking(settings) as town:
        await provoke(town)
        # And once more with a database that refuses what the program holds for good.
        await sql(town, "ALTER TABLE listing ADD CHECK (title <> 'canary') NOT VALID")
        eva = await town.member("Eva")
        problem(await eva.post("/v1/listings", offer(title=CANARY)))
    logged = lines(capfd)
    assert {400, 401, 404, 409, 412, 422, 500} <= {line.get("status") for line in logged}
    for line in logged:
        assert set(line) <= FIELDS
        assert CANARY not in json.dumps(line).lower()
