"""The bank's public face, and its lists in the reader's language."""

import httpx
import pytest
from fastapi import FastAPI

from tests.contract import places, protected
from tests.doings import sql
from tests.town import Town, good, refused

AREAS = {
    "sl": {"center": "Center", "north": "Sever"},
    "en": {"center": "City centre", "north": "North"},
}


async def test_everybody_sees_the_default_bank_without_signing_in(town: Town) -> None:
    answer = await town.client.get("/v1/bank")
    assert good(answer) == {
        "slug": "kljuc",
        "name": "Kljuc",
        "time_zone": "Europe/Ljubljana",
        "languages": ["sl"],
        "terms_version": 1,
        "floor_minutes": -720,
        "opening_credit_minutes": 0,
    }
    protected(answer)


async def test_another_bank_is_seen_by_its_slug(
    town: Town, app: FastAPI, client: httpx.AsyncClient
) -> None:
    await Town.founded(app, client, "drugi-kraj")
    assert good(await client.get("/v1/bank?bank=drugi-kraj"))["name"] == "Drugi-Kraj"
    refused(await client.get("/v1/bank?bank=nowhere"), 404, "not-found")
    for slug in ("No Such", "-a", "a" * 61, "a\x00", "č", ""):
        assert places(await client.get("/v1/bank", params={"bank": slug})) == ["/query/bank"]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("sl", "sl"),
        ("sl-SI,sl;q=0.9,en;q=0.8", "sl"),
        ("en", "en"),
        ("en;q=0.4, sl;q=0.9", "sl"),
        ("sl;q=0, en", "en"),
        ("uk, ar", "en"),
        (None, "en"),
    ],
)
async def test_the_lists_follow_the_readers_language(
    town: Town, accepted: str | None, language: str
) -> None:
    ana = await town.member()
    headers = {"Accept-Language": accepted} if accepted else {}
    areas = good(await ana.get("/v1/areas", headers=headers))
    assert areas["next_cursor"] is None
    labels = {item["slug"]: item["label"] for item in areas["items"]}
    assert set(labels) == {"center", "north", "east", "south", "west"}
    assert AREAS[language].items() <= labels.items()
    points = good(await ana.get("/v1/meeting-points", headers=headers))["items"]
    library = {"slug": "library", "label": "Knjižnica" if language == "sl" else "Public library"}
    assert library in points
    categories = good(await ana.get("/v1/categories", headers=headers))["items"]
    (cooking,) = [item for item in categories if item["slug"] == "cooking"]
    label = "Kuhanje in peka" if language == "sl" else "Cooking and baking"
    assert cooking == {"slug": "cooking", "label": label, "group": "home"}


async def test_slugs_and_their_order_do_not_change_with_the_language(town: Town) -> None:
    ana = await town.member()
    for path in ("/v1/areas", "/v1/meeting-points", "/v1/categories"):
        lists = [
            [item["slug"] for item in good(await ana.get(path, headers=headers))["items"]]
            for headers in ({"Accept-Language": "sl"}, {"Accept-Language": "en"})
        ]
        assert lists[0] == lists[1] == sorted(lists[0])


async def test_the_lists_are_of_the_callers_bank(
    town: Town, app: FastAPI, client: httpx.AsyncClient
) -> None:
    other = await Town.founded(app, client, "drugi")
    insert = "INSERT INTO area (bank_id, slug, label_sl, label_en) VALUES ($1, 'hill', 'H', 'H')"
    await sql(town, insert, other.bank_id)
    ana, twin = await town.member(), await other.member()
    mine = [item["slug"] for item in good(await ana.get("/v1/areas"))["items"]]
    theirs = [item["slug"] for item in good(await twin.get("/v1/areas"))["items"]]
    assert sorted([*mine, "hill"]) == theirs


async def test_staff_read_the_lists_too_and_applicants_and_strangers_do_not(town: Town) -> None:
    staff, nova = await town.staff("moderator"), await town.applicant()
    for path in ("/v1/areas", "/v1/meeting-points", "/v1/categories"):
        good(await staff.get(path))
        refused(await nova.get(path), 403, "not-a-member")
        refused(await town.client.get(path), 401, "not-authenticated")
