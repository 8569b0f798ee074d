"""What is read names its version; the change that names it is made, and answers with the next."""

from fastapi import FastAPI

from tests.contract import almighty
from tests.town import JSON, Town, good, refused


def because(name: str, one: object, other: object) -> tuple[JSON, JSON]:
    return {"reason": "So.", name: one}, {"reason": "So.", name: other}


SQUARE: JSON = {"labels": {"sl": "Trg", "en": "Square"}}
MARKET: JSON = {"labels": {"sl": "Tržnica", "en": "Market"}}
CHANGES: dict[str, tuple[JSON, JSON]] = {
    "/v1/me": ({"alias": "Vida"}, {"alias": "Vida V."}),
    "/v1/listings/{listing_id}": ({"minutes": 30}, {"minutes": 45}),
    "/v1/areas/{area}": (SQUARE, MARKET),
    "/v1/meeting-points/{meeting_point}": (SQUARE, MARKET),
    "/v1/bank": because("name", "Ključ", "Ključ 2"),
    "/v1/bank/safety": because("contacts_max", 3, 4),
    "/v1/bank/limits": because("floor_minutes", -60, -90),
    "/v1/alerts/thresholds": because("contacts", 7, 8),
    "/v1/members/{member_id}/limits": because("floor_minutes", -120, -150),
}
"""For each path that takes PATCH, two changes."""


def test_every_change_of_a_part_is_here(app: FastAPI) -> None:
    assert CHANGES.keys() == {route.path for route in app.state.routes if "PATCH" in route.methods}


async def test_a_version_opens_its_change_once_and_the_answer_names_the_next(town: Town) -> None:
    vida, other = await almighty(town), await town.member("Bor")
    ids = {"listing_id": (await town.listing(vida))["id"], "member_id": other.member_id}
    ids |= {"area": "center", "meeting_point": "library"}
    for template, (first, second) in CHANGES.items():
        path = template.format(**ids)
        version = (await vida.get(path)).headers["etag"]
        answer = await vida.patch(path, first, headers={"If-Match": version})
        good(answer)
        assert answer.headers["etag"] == (await vida.get(path)).headers["etag"]
        refused(await vida.patch(path, second, headers={"If-Match": version}), 412, "stale")
        again = await vida.patch(path, second, headers={"If-Match": answer.headers["etag"]})
        good(again)
        assert len({version, answer.headers["etag"], again.headers["etag"]}) == 3, path
