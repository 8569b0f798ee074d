"""What anybody writes leaves by no side door: no log, number or notice, and no connection (T7).

A canary is written wherever the contract takes text, by somebody whom no guard stops and by a
stranger, and every kind of error is met. Beside PostgreSQL the program speaks to nobody.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from app.identity.rules import Role
from app.kit.db import Database
from app.kit.limits import Limit
from app.kit.logs import FIELDS
from app.kit.metrics import exposition
from app.kit.settings import Settings
from tests.api.test_faults import BUGS, lines, talking
from tests.asking import Asked, Pick, every_operation
from tests.canaries import Canaries
from tests.contract import offer, sign_in
from tests.databases import Cluster
from tests.doings import disputed, sql, take
from tests.life import Life
from tests.stealing import found
from tests.town import Person, Town, good
from tests.twins import undone

NOWHERE_URL: Final = "postgresql+asyncpg://timebank_app@127.0.0.1:1/timebank"
KINDS: Final = {200, 201, 202, 204, 400, 401, 403, 404, 405, 409, 412, 413, 422, 429, 500, 503}
WATCHED: Final = frozenset({"socket.connect", "socket.getaddrinfo", "socket.sendto"})
STARTED: Final = frozenset({"subprocess.Popen", "os.system", "os.posix_spawn", "os.exec"})
JSON_TYPE: Final = {"Content-Type": "application/json"}
_heard: list[tuple[str, Any]] | None = None


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if _heard is not None and event in WATCHED | STARTED:
        _heard.append((event, arguments[-1] if event == "socket.connect" else arguments))


sys.addaudithook(_hear)


@contextmanager
def hearing() -> Iterator[list[tuple[str, Any]]]:
    """Whatever this process connects to, looks up or starts meanwhile."""
    global _heard  # noqa: PLW0603 an audit hook cannot be taken away, only told to be deaf
    heard: list[tuple[str, Any]] = []
    _heard = heard
    try:
        yield heard
    finally:
        _heard = None


async def sweep(town: Town, life: Life, person: Person, word: str) -> None:
    """Every operation with the word wherever it takes text, by both."""
    state = town.app.state
    ground, lanes = state.ground, state.lanes
    async with undone(town):
        for asked in every_operation(town.app.openapi()):
            path = asked.address(picking(life))
            options = _wordy(asked, life, word)
            for one in (person.ask, town.client.request):
                await one(asked.method, path, **options)
    state.ground, state.lanes = ground, lanes


def picking(life: Life) -> Pick:
    """What there is by its name in the contract, or some member of the bank."""
    return lambda name: life.ids.get(name, life.ids["member_id"])[-1]


def _wordy(asked: Asked, life: Life, word: str) -> dict[str, Any]:
    headers = {"Idempotency-Key": word, "User-Agent": word, "X-Forwarded-For": word}
    headers |= dict.fromkeys(asked.texts_asked("header"), word)
    headers.pop("authorization", None)
    texts = dict.fromkeys(set(asked.texts_asked("query")) - {"limit", "cursor"}, word)
    return {"params": texts, "headers": headers, "json": asked.wordy_body(picking(life), word)}


async def provoke(town: Town, word: str) -> None:
    """Write the word wherever something can be written, and meet every kind of refusal."""
    ana = await town.member(f"Ana {word}", email=f"{word}@example.org")
    bor, moderator = await town.member("Bor"), await town.staff("moderator")
    joining = {"alias": word, "email": f"{word}@example.org", "languages": ["sl"]}
    await town.client.post("/v1/members", json=joining | {"password": f"long {word}"})
    await town.client.post("/v1/members", json=joining | {"password": word})
    await sign_in(town, f"{word}@example.org", f"wrong {word}")
    headers = {"Idempotency-Key": word, "If-Match": word, "User-Agent": word}
    wordy = offer(title=word, body=word, availability=word)
    listing = good(await ana.ask("POST", "/v1/listings", json=wordy, headers=headers))
    await ana.ask("POST", "/v1/listings", json=wordy, headers=headers)
    await ana.ask("PATCH", f"/v1/listings/{listing['id']}", json={}, headers=headers)
    for bad in (offer(category=word), offer(area=word), {word: word}):
        await ana.post("/v1/listings", bad)
    await ana.ask("POST", "/v1/listings", content=word, headers=JSON_TYPE)
    await ana.get(f"/v1/bank?bank={word}")
    await ana.get("/v1/listings", params={"q": word, "cursor": word})
    await town.client.get(f"/v1/{word}", headers={"Authorization": f"Bearer {word}"})
    proposal = {"listing_id": listing["id"], "minutes": 60, "message": word}
    exchange = good(await bor.post("/v1/exchanges", proposal))
    await take(bor, exchange, "acceptance")
    good(await take(ana, exchange, "acceptance"))
    good(await ana.post(f"/v1/exchanges/{exchange['id']}/messages", {"text": word}))
    dispute = await disputed(bor, exchange)
    decision = {"outcome": "void", "reason": word}
    good(await moderator.post(f"/v1/disputes/{dispute['id']}/resolution", decision))


async def meet_every_error(town: Town, person: Person, word: str) -> None:
    """The errors that no body brings about."""
    app, limiter, ground = town.app, town.app.state.limiter, town.ground

    async def asks(method: str, path: str, **options: Any) -> None:
        answer: httpx.Response = await person.ask(method, path, **options)
        assert answer.status_code >= HTTPStatus.BAD_REQUEST
        assert not found(word, answer.content)

    for path in BUGS:
        await asks("GET", path.format(word=word))
    await asks("PUT", f"/v1/{word}")
    await asks("POST", "/v1/bank", json={})
    await asks("POST", "/v1/listings", content=word * 10_000)
    await sql(town, f"ALTER TABLE listing ADD CHECK (title <> '{word}') NOT VALID")
    await asks("POST", "/v1/listings", json=offer(title=word))
    few = {name: Limit(0, limit.window_seconds) for name, limit in limiter.limits.items()}
    app.state.limiter = replace(limiter, limits=few)
    await asks("GET", f"/v1/listings?q={word}")
    app.state.limiter = limiter
    away = Database(NOWHERE_URL, pool_max=1, wait_seconds_max=1.0)
    app.state.ground = replace(ground, database=away)
    await asks("POST", "/v1/listings", json=offer(title=word))
    app.state.ground = ground


async def test_what_anybody_writes_leaves_by_no_side_door(
    settings: Settings, cluster: Cluster, capfd: pytest.CaptureFixture[str]
) -> None:
    word = Canaries().sealed
    log, size = await log_of(cluster)
    with hearing() as heard:
        async with talking(settings) as town:
            life, roles = await Life.of(town, "lipa"), list(Role)
            person = life.people["member"]
            await sql(
                town, "UPDATE login SET roles = $2 WHERE login_id = $1", person.login_id, roles
            )
            capfd.readouterr()
            await sweep(town, life, person, word)
            await provoke(town, word)
            await life.people["applicant"].get(f"/v1/listings?q={word}")
            await meet_every_error(town, person, word)
            told = [(await one.get("/v1/notices")).content for one in life.people.values()]
    logged = lines(capfd)
    assert {line["status"] for line in logged if "status" in line} >= KINDS
    assert not found(word, json.dumps(logged).encode(), exposition(), *told)
    assert [line for line in logged if not line.keys() <= FIELDS] == []
    if "TIMEBANK_TEST_DATABASE_URL" not in os.environ:
        servers = log.read_bytes()[size:]
        assert b"violates check constraint" in servers, "it logs, and this would be in it"
        assert not found(word, servers)
    assert heard
    assert [one for one in heard if one[0] in STARTED or not is_database(one, settings)] == []


def is_database(heard: tuple[str, Any], settings: Settings) -> bool:
    """Whether this is the way to PostgreSQL: its socket, or the address that settings name."""
    event, where = heard
    assert settings.database_url is not None
    told = str(where[0] if isinstance(where, tuple) else where)
    known = (settings.database_url.get_secret_value(), NOWHERE_URL)
    return told.endswith(".s.PGSQL.5432") or any(told in url for url in known) or not event


async def log_of(cluster: Cluster) -> tuple[Path, int]:
    """The file that PostgreSQL logs to, and how long it is now."""
    connection = await cluster.connect()
    try:
        folder = Path(await connection.fetchval("SHOW data_directory"))
        name = await connection.fetchval("SELECT pg_current_logfile()")
    finally:
        await connection.close()
    path = folder / (name or "log")
    return path, path.stat().st_size if path.is_file() else 0
