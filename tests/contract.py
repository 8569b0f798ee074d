"""What tests about the HTTP contract do again and again."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpx
from fastapi import FastAPI

from app.identity.rules import Role
from app.kit.http import Guard, Route
from app.kit.ids import new_id
from tests.doings import sql
from tests.town import JSON, PASSWORD, Person, Town

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "permissions-policy": "geolocation=(), camera=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")


class Operation(NamedTuple):
    """One operation of the program, with an id that nothing has in its path."""

    method: str
    path: str
    guard: Guard


def operations(app: FastAPI) -> Iterator[Operation]:
    """Every operation of the program."""
    for route in app.state.routes:
        assert isinstance(route, Route)
        path = re.sub(r"\{\w+\}", str(new_id()), route.path)
        for method in sorted(route.methods or ()):
            yield Operation(method, path, route.guard)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def ask_token(client: httpx.AsyncClient, **form: str) -> httpx.Response:
    return await client.post("/v1/token", data=form)


async def sign_in(town: Town, email: str, password: str = PASSWORD, **form: str) -> httpx.Response:
    """Sign in over HTTP with a password."""
    whole = {"grant_type": "password", "username": email, "password": password} | form
    return await ask_token(town.client, **whole)


async def refresh(client: httpx.AsyncClient, refresh_token: str) -> httpx.Response:
    """Exchange a refresh token for the next one."""
    return await ask_token(client, grant_type="refresh_token", refresh_token=refresh_token)


async def status_with(town: Town, token: str) -> int:
    """What reading one's own record answers with this access token."""
    return (await town.client.get("/v1/me", headers=bearer(token))).status_code


def problem(response: httpx.Response) -> JSON:
    """The problem document of a refusal, with all of its members, whatever it is about."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    assert response.headers["content-language"] in {"en", "sl"}
    body: JSON = response.json()
    assert body["type"].startswith("/problems/")
    assert body["status"] == response.status_code
    assert body["title"]
    assert isinstance(body["detail"], str)
    return body


def protected(response: httpx.Response) -> None:
    """Assert the headers that no answer may lack."""
    found = {name: response.headers.get(name) for name in SECURITY_HEADERS}
    assert found == SECURITY_HEADERS
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", request_id(response))


def request_id(response: httpx.Response) -> str:
    return str(response.headers.get("x-request-id"))


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A stranger's client of another application than the fixture's."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://timebank.test") as client:
        yield client
    await app.state.ground.database.close()


async def almighty(town: Town, alias: str = "Vida") -> Person:
    """A member with every staff role, whom no guard stops."""
    person = await town.member(alias)
    await sql(town, "UPDATE login SET roles = $2 WHERE login_id = $1", person.login_id, list(Role))
    return person


async def eventually(is_so: Callable[[], bool]) -> None:
    """Wait for something that another task brings about, for some seconds at most."""
    for _ in range(1000):
        if is_so():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come about in time")


def places(response: httpx.Response) -> list[str]:
    """Which places of a request do not fit, by their pointers."""
    assert response.status_code == 422, response.text
    return [error["pointer"] for error in problem(response)["errors"]]


def offer(**changes: Any) -> JSON:
    """The body of a listing, as a client posts it."""
    whole = {
        "kind": "offer",
        "title": "Bread",
        "category": "cooking",
        "language": "sl",
        "languages": ["sl"],
        "area": "center",
    }
    return whole | changes


async def titles(person: Person) -> list[str]:
    """The titles of a member's own listings, in alphabetical order."""
    response = await person.get("/v1/listings?mine=true&limit=100")
    return sorted(item["title"] for item in response.json()["items"])
