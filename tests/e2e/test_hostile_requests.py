"""What generators do not think of: each operation answers it well, or with a documented refusal."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.identity.access import Needs
from tests.asking import Asked, every_operation
from tests.hostile import BODIES, HEADERS, PATHS, TEXTS, TYPES, VALUES
from tests.life import Life
from tests.town import Person, Town


class Asker:
    """Asks operations of the contract as somebody who may, and keeps what is wrong with answers."""

    def __init__(self, app: FastAPI, life: Life) -> None:
        self.life = life
        self.operations = list(every_operation(app.openapi()))
        self.guards = {route.endpoint.__name__: route.guard for route in app.state.routes}
        self.wrong: list[str] = []
        self.count = 0
        self.turns = itertools.count()

    def admitted(self, asked: Asked) -> Person:
        guard = self.guards[asked.told["operationId"]]
        roles = guard.roles if isinstance(guard, Needs) else frozenset()
        people = [self.life.people[role] for role in sorted(roles) if role != "member"]
        return self.life.people["member"] if "member" in roles or not people else people[0]

    async def ask(self, asked: Asked, address: str, what: object, **options: Any) -> None:
        headers = {"Authorization": f"Bearer {self.admitted(asked).token}"} | asked.headers()
        headers |= options.pop("headers", {})
        client = self.life.town.client
        request = client.build_request(asked.method, address, headers=headers, **options)
        response = await client.send(request)
        self.count += 1
        if complaint := complaint_about(asked, response):
            self.wrong.append(f"{asked} with {str(what)[:80]!r}: {complaint}")

    async def ask_bytes(
        self, asked: Asked, body: bytes, media: bytes = b"application/json"
    ) -> None:
        address, headers = asked.address(self.life.pick(0)), {"Content-Type": media}
        await self.ask(asked, address, body[:40] + media, content=body, headers=headers)

    def nothing_is_wrong(self, at_least: int) -> None:
        assert self.wrong == []
        assert self.count >= at_least, "fewer requests than there should be"


def complaint_about(asked: Asked, response: httpx.Response) -> str:
    """What is wrong with an answer: a fault, an undocumented status, a strange problem."""
    status, known = response.status_code, asked.told["responses"]
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or str(status) not in known:
        return f"{status} {response.text[:200]}"
    if status < httpx.codes.BAD_REQUEST:
        return ""
    (media, told), *_ = known[str(status)]["content"].items()
    slug = response.json()["type"].removeprefix("/problems/")
    if response.headers["content-type"] != media or slug not in told["examples"]:
        return f"{status} {response.text[:200]}"
    return ""


def with_body(asker: Asker) -> list[Asked]:
    return [one for one in asker.operations if "requestBody" in one.told]


def parameters(asked: Asked, place: str) -> Iterator[str]:
    return (told["name"] for told in asked.told.get("parameters", []) if told["in"] == place)


@pytest.fixture
async def asker(app: FastAPI, town: Town) -> Asker:
    return Asker(app, await Life.of(town, "Hostile"))


SHARES = pytest.mark.parametrize("share", [9, pytest.param(1, marks=pytest.mark.deep)])
"""Each place gets one in so many of the hostile things, in turns; a deep run gives it all."""


@SHARES
async def test_no_value_in_a_body_breaks_anything(asker: Asker, share: int) -> None:
    for asked in (one for one in with_body(asker) if one.properties()):
        body = asked.body(asker.life.pick(0))
        for name in (*asked.properties(), "unheard_of"):
            for value in VALUES[next(asker.turns) % share :: share]:
                await asker.ask_bytes(asked, json.dumps(body | {name: value}).encode())
    asker.nothing_is_wrong(at_least=3_000 // share)


@SHARES
async def test_no_bytes_for_a_body_break_anything(asker: Asker, share: int) -> None:
    for asked in with_body(asker):
        sample = json.dumps(asked.body(asker.life.pick(0))).encode()
        for body in BODIES[next(asker.turns) % share :: share]:
            await asker.ask_bytes(asked, body)
        for media in TYPES[next(asker.turns) % share :: share]:
            for body in (sample, b"grant_type=password&username=a", b"--x"):
                await asker.ask_bytes(asked, body, media)
    asker.nothing_is_wrong(at_least=1_000 // share)


@SHARES
async def test_nothing_in_an_address_breaks_anything(asker: Asker, share: int) -> None:
    for asked in asker.operations:
        address = asked.address(asker.life.pick(0))
        for name in parameters(asked, "query"):
            for text in TEXTS[next(asker.turns) % share :: share]:
                await asker.ask(asked, f"{address}?{name}={text}", text, json=None)
        for name in parameters(asked, "path"):
            for text in PATHS[next(asker.turns) % share :: share]:
                await asker.ask(asked, asked.path.replace(f"{{{name}}}", text), text, json={})
    asker.nothing_is_wrong(at_least=500 // share)


@SHARES
async def test_no_header_breaks_anything(asker: Asker, share: int) -> None:
    for asked in asker.operations:
        address, body = asked.address(asker.life.pick(0)), asked.body(asker.life.pick(0))
        for name, value in HEADERS[next(asker.turns) % share :: share]:
            await asker.ask(asked, address, (name, value), json=body, headers={name: value})
    asker.nothing_is_wrong(at_least=1_000 // share)
