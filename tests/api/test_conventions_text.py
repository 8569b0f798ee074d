"""No text that PostgreSQL cannot hold, or nobody can read, comes in anywhere."""

import json
from typing import Any

import httpx
import pytest

from tests.contract import ask_token, offer, places
from tests.doings import disputed, resolved
from tests.town import JSON, PASSWORD, Person, Town, good

JSON_TYPE = {"Content-Type": "application/json"}
BAD = ["\x00", "\ud800", "\udfff\ud800", "\x01", "\x08", "\x1b[31m", "\x7f", "\x85", "\x9f"]
BAD_IN_LINES = [*BAD, "\n", "\r", "\u2028", "\u2029"]


async def send(person: Person, method: str, path: str, body: JSON) -> httpx.Response:
    # With escapes, as any client may write them; the bytes themselves are plain ASCII.
    return await person.ask(method, path, content=json.dumps(body), headers=JSON_TYPE)


async def refuses(
    person: Person, request: str, body: JSON, name: str, bad: list[str], value: Any = "ab{}ba"
) -> None:
    """Assert that the operation refuses this member of its body with any of these texts."""
    method, path = request.split()
    for text in bad:
        filled = json.loads(json.dumps(value).replace("{}", json.dumps(text)[1:-1]))
        answer = await send(person, method, path, body | {name: filled})
        assert answer.status_code == 422, (request, name, text, answer.text)
        assert all(place.startswith(f"/body/{name}") for place in places(answer))


async def test_asking_to_join_refuses_it(town: Town) -> None:
    ana = await town.member()
    body = {"alias": "a", "email": "a@b.si", "password": PASSWORD, "languages": ["sl"]}
    for name in ("alias", "bank"):
        await refuses(ana, "POST /v1/members", body, name, BAD_IN_LINES)
    await refuses(ana, "POST /v1/members", body, "email", BAD_IN_LINES, "a{}b@example.org")
    await refuses(ana, "POST /v1/members", body, "password", BAD, f"{PASSWORD}{{}}x")
    await refuses(ana, "POST /v1/members", body, "languages", BAD_IN_LINES, ["sl", "e{}n"])


async def test_my_record_refuses_it(town: Town) -> None:
    ana = await town.member("Ana")
    await refuses(ana, "PATCH /v1/me", {}, "alias", BAD_IN_LINES)
    await refuses(ana, "PATCH /v1/me", {}, "languages", BAD_IN_LINES, ["{}"])
    assert good(await ana.get("/v1/me"))["alias"] == "Ana"


@pytest.mark.parametrize("request_line", ["POST /v1/listings", "PATCH /v1/listings/{}"])
async def test_a_listing_refuses_it(town: Town, request_line: str) -> None:
    ana = await town.member()
    request = request_line.format((await town.listing(ana))["id"])
    body = offer() if "POST" in request else {}
    for name in ("title", "category", "language", "area", "availability", "expires_at"):
        await refuses(ana, request, body, name, BAD_IN_LINES)
    await refuses(ana, request, body, "body", BAD)
    await refuses(ana, request, body, "languages", BAD_IN_LINES, ["s{}l"])
    assert len(good(await ana.get("/v1/listings"))["items"]) == 1


async def test_an_exchange_its_messages_and_its_dispute_refuse_it(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    moderator = await town.staff("moderator")
    exchange = await town.accepted(ana, bor)
    path = f"/v1/exchanges/{exchange['id']}"
    proposal = {"listing_id": exchange["listing_id"], "minutes": 60}
    await refuses(bor, "POST /v1/exchanges", proposal, "message", BAD)
    await refuses(bor, "POST /v1/exchanges", proposal, "meeting_point_id", BAD_IN_LINES)
    await refuses(bor, f"POST {path}/counterproposal", {"minutes": 60}, "message", BAD)
    await refuses(bor, f"POST {path}/messages", {}, "text", BAD)
    for step in ("decline", "cancellation", "dispute"):
        await refuses(bor, f"POST {path}/{step}", {}, "reason", BAD)
    dispute = await disputed(bor, exchange)
    decision = {"outcome": "void"}
    resolution = f"POST /v1/disputes/{dispute['id']}/resolution"
    await refuses(moderator, resolution, decision, "reason", BAD)
    await refuses(moderator, resolution, decision | {"reason": "x"}, "outcome", BAD)
    good(await resolved(moderator, dispute, "void"))


async def test_a_coordinators_reason_refuses_it(town: Town) -> None:
    coordinator, nova = await town.staff("coordinator"), await town.applicant()
    for decision in ("approval", "rejection"):
        request = f"POST /v1/applications/{nova.member_id}/{decision}"
        await refuses(coordinator, request, {}, "reason", BAD)
    assert good(await nova.get("/v1/me"))["status"] == "applicant"


async def test_the_sign_in_form_refuses_it(town: Town) -> None:
    # A form has no way to write half a character: it arrives as a replacement character.
    for text in [text for text in BAD if text.isascii() or text in "\x85\x9f"]:
        for name in ("username", "password", "bank"):
            form = {"grant_type": "password", "username": "a", "password": "b"} | {name: f"a{text}"}
            assert places(await ask_token(town.client, **form)) == [f"/body/{name}"]


async def test_queries_refuse_it(town: Town) -> None:
    ana = await town.member()
    for text in ("\x00", "\x1b", "\x7f", "\x85", "\n", "\u2028"):
        for name in ("q", "category", "language", "area", "kind", "remote"):
            answer = await ana.get("/v1/listings", params={name: f"a{text}"})
            assert places(answer) == [f"/query/{name}"], (name, text)
        answer = await ana.get("/v1/exchanges", params={"status": text})
        assert places(answer) == ["/query/status"]
        answer = await town.client.get("/v1/bank", params={"bank": f"a{text}"})
        assert places(answer) == ["/query/bank"]


async def test_half_characters_in_the_bytes_themselves_are_refused_too(town: Town) -> None:
    ana = await town.member()
    body = json.dumps(offer(title="??")).encode().replace(b"??", b"\xed\xa0\x80")
    answer = await ana.ask("POST", "/v1/listings", content=body, headers=JSON_TYPE)
    assert places(answer) == ["/body/title"]


async def test_every_other_character_comes_back_as_it_was_sent(town: Town) -> None:
    ana = await town.member()
    for text in (
        "Žoga & čaj <b>",
        "Мова 🇺🇦",
        "مرحبا",
        "'; DROP TABLE listing; --",
        "\\u0000",
        "%s",
    ):
        listing = await town.listing(ana, title=text, body=f"{text}\n\t{text}\r\n\u2028")
        again = good(await ana.get(f"/v1/listings/{listing['id']}"))
        assert (again["title"], again["body"]) == (text, f"{text}\n\t{text}\r\n\u2028")
