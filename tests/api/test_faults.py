"""A bug of ours and whatever people write leave no text behind: not in answers, not in logs."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fastapi import APIRouter
from sqlalchemy import text

from app.kit.http import Public, Route, Working
from app.kit.logs import configure_logs
from app.kit.reach import Relation, reaches
from app.kit.settings import Settings
from app.main import create_app
from tests.conftest import FakeClock
from tests.contract import client_of, protected, request_id
from tests.town import JSON, Town, refused

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

    @router.get("/bug/{name}")
    @reaches(Relation.NOBODYS)
    async def bug(name: str, _: Public) -> bool:
        raise ValueError(name)

    @router.get("/bug-in-sql/{name}")
    @reaches(Relation.BANK)  # so that it has a transaction
    async def bug_in_sql(name: str, work: Working, _: Public) -> bool:
        # PostgreSQL quotes the whole row in such an error's detail.
        await work.session.execute(QUOTED, {"bank": work.vault.key("x").hex()[:32], "slug": name})
        return True

    @router.get("/bug-in-a-group/{name}")
    @reaches(Relation.NOBODYS)
    async def bug_in_a_group(name: str, _: Public) -> bool:
        causes = [ValueError(name), KeyError(name)]
        raise ExceptionGroup(name, causes) from RuntimeError(name)

    return router


BUGS = ("/bug/{word}", "/bug-in-sql/{word}", "/bug-in-a-group/{word}")


def lines(capfd: pytest.CaptureFixture[str]) -> list[JSON]:
    """What was logged since the last look: one JSON object a line, and nothing else."""
    captured = capfd.readouterr()
    assert captured.out == ""
    return [json.loads(line) for line in captured.err.splitlines()]


def requests(capfd: pytest.CaptureFixture[str]) -> list[JSON]:
    return [line for line in lines(capfd) if line["event"] == "request"]


@pytest.mark.parametrize("path", BUGS)
async def test_a_bug_is_a_problem_without_its_text_and_a_line_without_its_message(
    settings: Settings, capfd: pytest.CaptureFixture[str], path: str
) -> None:
    async with talking(settings) as town:
        path = path.format(word=CANARY)
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
