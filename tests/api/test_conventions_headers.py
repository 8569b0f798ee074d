"""Headers that no answer lacks, and what they keep from others."""

from http import HTTPStatus

import httpx
import pytest
from fastapi import FastAPI

from tests.contract import almighty, operations, protected, request_id
from tests.town import Town, good, refused


async def test_every_operation_is_protected_whatever_it_answers(town: Town, app: FastAPI) -> None:
    person = await almighty(town)
    seen = set()
    for method, path, _ in list(operations(app)):
        if (method, path) == ("DELETE", "/v1/sessions"):
            continue
        answers = [await person.ask(method, path), await person.ask(method, path, content=b"{")]
        for answer in (*answers, await town.client.request(method, path)):
            protected(answer)
            seen.add(answer.status_code)
    assert {200, 401, 404, 422} <= seen


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/openapi.json", 200),
        ("GET", "/docs-assets/swagger-ui.css", 200),
        ("GET", "/metrics", 200),
        ("GET", "/nowhere", 404),
        ("HEAD", "/healthz", 200),
        ("PUT", "/healthz", 405),
        ("OPTIONS", "/v1/me", 401),
        ("POST", "/docs", 405),
        ("DELETE", "/openapi.json", 405),
        ("POST", "/docs-assets/swagger-ui.css", 405),
    ],
)
async def test_what_lies_beside_the_operations_is_protected_too(
    client: httpx.AsyncClient, app: FastAPI, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert ("GET" in answer.headers.get("allow", "")) is (status == HTTPStatus.METHOD_NOT_ALLOWED)
    protected(answer)


async def test_the_page_of_the_demo_runs_its_own_scripts_and_no_others(
    client: httpx.AsyncClient,
) -> None:
    policy = (await client.get("/docs")).headers["content-security-policy"]
    assert policy.startswith("default-src 'self'; script-src 'self' ")
    assert "http" not in policy


async def test_a_refusal_of_a_large_body_and_a_conflict_are_protected(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.settled(ana, bor)
    large = await ana.ask("POST", "/v1/listings", content=b"x" * 100_000)
    refused(large, 413, "too-large")
    conflict = await ana.post(f"/v1/exchanges/{exchange['id']}/delivery")
    refused(conflict, 409, "step-not-open")
    stale = await ana.patch("/v1/me", {}, headers={"If-Match": '"x"'})
    refused(stale, 412, "stale")
    for answer in (large, conflict, stale):
        protected(answer)


async def test_every_request_has_an_id_of_its_own(town: Town) -> None:
    answers = [await town.client.get("/healthz") for _ in range(5)]
    assert len({request_id(answer) for answer in answers}) == 5
    # The client's word for it is not taken: it would be a way into our logs.
    named = await town.client.get("/healthz", headers={"X-Request-Id": "canary"})
    protected(named)


async def test_nobody_else_may_read_our_answers_in_a_browser(town: Town) -> None:
    ana = await town.member()
    answer = await ana.get("/v1/me", headers={"Origin": "https://elsewhere.example"})
    good(answer)
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert "set-cookie" not in answer.headers
    assert "server" not in answer.headers
