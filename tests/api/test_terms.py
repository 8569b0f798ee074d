"""The bank's terms: versions that stay as they were, accepted before anybody new is reached."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.rights import operations as rights
from tests.contract import offer, places
from tests.doings import leaves, sql
from tests.town import JSON, Person, Town, good, refused

TEXTS = {"sl": "Ura je ura.", "en": "An hour is an hour."}
PATH = "/v1/bank/terms"
MINE = "/v1/me/terms"


async def published(admin: Person, **changes: object) -> httpx.Response:
    body = {"texts": TEXTS, "reason": "The assembly has decided so."}
    return await admin.post(PATH, body | changes)


async def accept(person: Person, version: int) -> httpx.Response:
    return await person.post(MINE, {"version": version})


async def test_an_admin_publishes_versions_and_everybody_can_read_each(town: Town) -> None:
    admin, ana = await town.staff("admin"), await town.member("Ana")
    first = good(await town.client.get(PATH))
    assert (first["version"], first["texts"]) == (1, {})
    second = good(await published(admin))
    assert second["version"] == 2
    assert good(await town.client.get("/v1/bank"))["terms_version"] == 2
    good(await published(admin, texts={"DE": "Eine Stunde ist eine Stunde."}))
    now, before = await town.client.get(PATH), await town.client.get(f"{PATH}?version=2")
    assert good(now)["texts"] == {"de": "Eine Stunde ist eine Stunde."}
    assert good(before) == second | {"texts": TEXTS}
    refused(await town.client.get(f"{PATH}?version=4"), 404, "not-found")
    for version in (0, -1, 2**40, "x"):
        assert places(await town.client.get(f"{PATH}?version={version}"))
    refused(await published(ana), 404, "not-found")
    for wrong in ({}, {"sl": " "}, {"sl": "x" * 20_001}, {"?": "x"}, {"sl": None}):
        assert places(await published(admin, texts=wrong))
    await town.step_on(days=1 / 288)
    refused(await published(admin), 401, "confirm-first")


async def test_nobody_changes_what_was_published(town: Town) -> None:
    good(await published(await town.staff("admin")))
    for statement in ("UPDATE terms_text SET words = 'x'", "DELETE FROM terms_version"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with town.ground.database.begin() as session:
                await session.execute(text(statement))
    (row,) = await sql(town, "SELECT reason_sealed FROM terms_version WHERE version = 2")
    assert b"assembly" not in row["reason_sealed"]


async def contacting(town: Town, ana: Person, bor: Person) -> dict[str, tuple[str, JSON]]:
    """Everything by which Bor would reach somebody new."""
    listing = await town.listing(ana)
    asked, answered = await town.proposed(bor, ana), await town.proposed(ana, bor)
    terms: JSON = {"minutes": 30}
    return {
        "propose": ("/v1/exchanges", terms | {"listing_id": listing["id"]}),
        "accept": (f"/v1/exchanges/{asked['id']}/acceptance", {}),
        "counter": (f"/v1/exchanges/{asked['id']}/counterproposal", terms),
        "write": (f"/v1/exchanges/{answered['id']}/messages", {"text": "At six?"}),
        "post": ("/v1/listings", offer()),
    }


async def test_a_new_version_waits_to_be_accepted_before_anybody_is_reached(town: Town) -> None:
    admin, ana = await town.staff("admin"), await town.member("Ana", minutes=60)
    bor = await town.member("Bor", minutes=60)
    assert (await accept(bor, 1)).status_code == 204
    delivered = await town.delivered(ana, bor)
    ways = await contacting(town, ana, bor)
    good(await published(admin))
    for path, body in ways.values():
        refused(await bor.post(path, body), 409, "terms-not-accepted")
        refused(await bor.post(path, {"nonsense": 1}), 409, "terms-not-accepted")
    # Reading, and what is agreed already, go on.
    good(await bor.get("/v1/exchanges"))
    good(await bor.post(f"/v1/exchanges/{delivered['id']}/confirmation"))
    mine = good(await bor.get(MINE))
    assert (mine["version"], mine["accepted_version"]) == (2, 1)
    wrong = refused(await accept(bor, 1), 422, "terms-not-current")
    assert wrong["terms_version"] == 2
    refused(await accept(admin, 2), 404, "not-found")
    answers = await asyncio.gather(*(accept(bor, 2) for _ in range(3)))
    assert {one.status_code for one in answers} == {204}
    for name in ("propose", "write", "post", "accept"):
        good(await bor.post(*ways[name]))
    assert good(await bor.get(MINE))["accepted_version"] == 2
    assert len(good(await bor.get("/v1/me/export"))["held"]["terms_acceptance"]) == 2
    refused(await ana.post(*ways["propose"]), 409, "terms-not-accepted")
    assert (await ana.delete("/v1/me")).status_code == 204


async def test_whoever_joins_accepts_what_is_in_force_and_a_version_is_accepted_as_it_is_then(
    town: Town,
) -> None:
    admin, ana = await town.staff("admin"), await town.member("Ana")
    answers = await asyncio.gather(
        published(admin), *(accept(ana, 1) for _ in range(3)), published(admin)
    )
    assert {one.status_code for one in answers} <= {201, 204, 422}
    assert good(await town.client.get("/v1/bank"))["terms_version"] == 3
    refused(await ana.post("/v1/listings", offer()), 409, "terms-not-accepted")
    bor = await town.member("Bor")
    good(await bor.post("/v1/listings", offer()))
    rows = await sql(town, "SELECT member_id, version FROM terms_acceptance")
    assert {(row["member_id"], row["version"]) for row in rows} == {
        (ana.member_id, 1),
        (bor.member_id, 3),
    }
    await leaves(town, bor)
    assert bor.member_id is not None
    async with town.ground.database.begin() as session:
        assert await rights.forget(town.ground.work(session), town.bank_id, bor.member_id)
    assert len(await sql(town, "SELECT 1 FROM terms_acceptance")) == 1


async def test_terms_are_of_one_bank(town: Town, app: FastAPI, client: httpx.AsyncClient) -> None:
    other = await Town.founded(app, client, "drugi")
    eva = await other.member("Eva")
    good(await published(await town.staff("admin")))
    good(await eva.post("/v1/listings", offer()))
    assert good(await client.get(f"{PATH}?bank=drugi"))["version"] == 1
