"""Bodies that cannot be read, do not fit, or are too large."""

import json
from collections.abc import AsyncIterator

import httpx
from fastapi import FastAPI

from app.kit.http import Route
from app.kit.ids import new_id
from app.kit.settings import Settings
from app.kit.values import MINUTES_MAX
from app.main import create_app
from tests.contract import almighty, bearer, client_of, offer, places, titles
from tests.town import Person, Town, refused

JSON_TYPE = {"Content-Type": "application/json"}
UNREADABLE = [
    b"{",
    b'{"title": }',
    b"nonsense",
    b'{"title": "\xff\xfe"}',
    b'{"title": "\xc3"}',
    b"\xff\xfe\x00",
    b"[" * 30_000 + b"]" * 30_000,
    b'{"title":' * 6_000 + b"1" + b"}" * 6_000,
    b'{"minutes": ' + b"9" * 5_000 + b"}",
    b"{} {}",
    b"\x00",
]
OF_NO_OBJECT = [b"[]", b"1", b'"text"', b"true", b"[{}]"]
NO_MINUTES = [0, -1, MINUTES_MAX + 1, 2**63, -(2**63), 10**30, 1.5, 60.0, "60", True, [], {}]
NO_MOMENTS = [
    0,
    1_790_000_000,
    1_790_000_000.5,
    "1790000000",
    "1790000000000",
    True,
    "yesterday",
    "2026-05-01",
    "2026-05-01T10:00:00",
    "2026-13-01T10:00:00Z",
    "1999-12-31T23:59:59Z",
    "2200-01-01T00:00:00Z",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "",
    "\x00",
]


async def send(person: Person, body: bytes, path: str = "/v1/listings") -> httpx.Response:
    return await person.ask("POST", path, content=body, headers=JSON_TYPE)


def with_bodies(app: FastAPI) -> list[tuple[str, str]]:
    """Method and path of every operation that reads JSON."""
    found = []
    for route in app.state.routes:
        assert isinstance(route, Route)
        if route.body_field is not None and route.path != "/v1/token":
            method = min(route.methods or ())
            path = "/".join(
                str(new_id()) if "{" in part else part for part in route.path.split("/")
            )
            found.append((method, path))
    return found


async def test_no_operation_reads_a_body_that_is_no_json(town: Town, app: FastAPI) -> None:
    person = await almighty(town)
    operations = with_bodies(app)
    assert len(operations) > 10
    for method, path in operations:
        for body in UNREADABLE:
            answer = await person.ask(method, path, content=body, headers=JSON_TYPE)
            assert answer.status_code == 400, (path, body[:20], answer.text)
            refused(answer, 400, "unreadable")


async def test_json_that_is_no_object_does_not_fit(town: Town, app: FastAPI) -> None:
    person = await almighty(town)
    for method, path in with_bodies(app):
        for body in OF_NO_OBJECT:
            answer = await person.ask(method, path, content=body, headers=JSON_TYPE)
            refused(answer, 422, "unfit")


async def test_no_operation_takes_members_that_it_does_not_know(town: Town, app: FastAPI) -> None:
    person = await almighty(town)
    for method, path in with_bodies(app):
        for name in ("unknown", "bank_id", "\x00", "\ud800", "a/b~c"):
            body = json.dumps({name: 1})
            answer = await person.ask(method, path, content=body, headers=JSON_TYPE)
            assert answer.status_code == 422, (path, answer.text)
            assert len(places(answer)) >= 1


async def test_the_place_of_a_fault_is_a_json_pointer(town: Town) -> None:
    ana = await town.member()
    assert places(await ana.post("/v1/listings", offer(**{"a/b~c": 1}))) == ["/body/a~1b~0c"]
    assert places(await ana.post("/v1/listings", offer(languages=["sl", 1]))) == [
        "/body/languages/1"
    ]
    many = offer(**{f"unknown_{number}": 1 for number in range(50)})
    assert len(places(await ana.post("/v1/listings", many))) == 20


async def test_json_needs_its_content_type(town: Town) -> None:
    ana = await town.member()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml", ""):
        answer = await ana.ask(
            "POST", "/v1/listings", content=json.dumps(offer()), headers={"Content-Type": kind}
        )
        refused(answer, 422, "unfit")
    suffix = {"Content-Type": "application/merge-patch+json; charset=utf-8"}
    answer = await ana.ask("POST", "/v1/listings", content=json.dumps(offer()), headers=suffix)
    assert answer.status_code == 201
    assert await titles(ana) == ["Bread"]


async def test_minutes_are_a_whole_number_within_bounds(town: Town) -> None:
    ana = await town.member()
    for minutes in NO_MINUTES:
        answer = await ana.post("/v1/listings", offer(minutes=minutes))
        assert answer.status_code == 422, minutes
        assert places(answer) == ["/body/minutes"]
    assert await titles(ana) == []


async def test_numbers_that_json_does_not_know_do_not_fit(town: Town) -> None:
    ana = await town.member()
    for number in (b"NaN", b"Infinity", b"-Infinity", b"1e999"):
        body = json.dumps(offer(minutes=0)).encode().replace(b": 0", b": " + number)
        assert places(await send(ana, body)) == ["/body/minutes"]
    assert await titles(ana) == []


async def test_a_moment_is_a_text_with_an_offset_and_a_likely_year(town: Town) -> None:
    ana = await town.member()
    for moment in NO_MOMENTS:
        answer = await ana.post("/v1/listings", offer(expires_at=moment))
        assert answer.status_code == 422, moment
        assert places(answer) == ["/body/expires_at"]
    assert await titles(ana) == []
    answer = await ana.post("/v1/listings", offer(expires_at="2026-05-01T12:00:00.5+02:00"))
    assert answer.json()["expires_at"] == "2026-05-01T10:00:00.500000Z"


async def in_chunks(size: int) -> AsyncIterator[bytes]:
    yield b'{"title": "'
    for _ in range(size // 1_000):
        yield b"x" * 1_000


async def test_a_body_that_is_too_large_is_refused_announced_or_in_chunks(
    town: Town, settings: Settings
) -> None:
    ana = await town.member()
    bytes_max = settings.body_bytes_max
    for path in ("/v1/listings", "/v1/members"):
        announced = await send(ana, b'"' + b"x" * bytes_max + b'"', path)
        chunked = await ana.ask(
            "POST", path, content=in_chunks(bytes_max + 2_000), headers=JSON_TYPE
        )
        for answer in (announced, chunked):
            assert refused(answer, 413, "too-large")["bytes_max"] == bytes_max
    form = {"grant_type": "password", "username": "a", "password": "x" * bytes_max}
    refused(await town.client.post("/v1/token", data=form), 413, "too-large")
    chunks = in_chunks(bytes_max + 2_000)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    refused(await town.client.post("/v1/token", content=chunks, headers=kind), 413, "too-large")


async def test_a_body_of_exactly_the_limit_is_read(settings: Settings) -> None:
    small = create_app(settings.model_copy(update={"body_bytes_max": 1_024}))
    async with client_of(small) as client:
        for size, status in ((1_024, 422), (1_025, 413)):
            body = b'{"alias": "' + b"x" * (size - 13) + b'"}'
            assert len(body) == size
            answer = await client.post("/v1/members", content=body, headers=JSON_TYPE)
            assert answer.status_code == status


async def test_a_length_that_is_no_number_is_refused(client: httpx.AsyncClient) -> None:
    for length in (b"-1", b"x", b"\xb2", b"1" * 5_000, b"", b"1,1"):
        headers = {b"Content-Length": length, b"Content-Type": b"application/json"}
        answer = await client.post("/v1/members", content=b"{}", headers=headers)
        assert refused(answer, 413, "too-large")


async def test_a_strangers_body_is_not_read_and_nobodys_is_judged_first(
    town: Town,
) -> None:
    read = []

    async def watched() -> AsyncIterator[bytes]:
        read.append(1)
        yield b"{"

    answer = await town.client.post("/v1/listings", content=watched(), headers=JSON_TYPE)
    refused(answer, 401, "not-authenticated")
    assert read == []
    ana = await town.member()
    headers = JSON_TYPE | bearer(ana.token)
    approval = f"/v1/applications/{new_id()}/approval"
    refused(await town.client.post(approval, content=watched(), headers=headers), 404, "not-found")
    refused(
        await town.client.post("/v1/listings", content=watched(), headers=headers),
        400,
        "unreadable",
    )
