"""What is read names its version; the change that names it is made, and answers with the next."""

from fastapi import FastAPI

from tests.contract import almighty
from tests.town import JSON, Town, good, refused


def because(name: str, one: object, other: object) -> tuple[JSON, JSON]:
    return {"reason": "So.", name: one}, {"reason": "So.", name: other}


PAIRS: dict[str, tuple[str, tuple[JSON, JSON]]] = {
    "/v1/me": ("/v1/me", ({"alias": "Vida"}, {"alias": "Vida V."})),
    "/v1/listings/{listing_id}": ("/v1/listings/{listing_id}", ({"minutes": 30}, {"minutes": 45})),
    "/v1/bank": ("/v1/bank", because("preset", "sheltered", "neighbours")),
    "/v1/bank/safety": ("/v1/bank/safety", because("contacts_max", 3, 4)),
    "/v1/bank/limits": ("/v1/bank/limits", because("floor_minutes", -60, -90)),
    "/v1/members/{member_id}/limits": (
        "/v1/members/{member_id}/limits",
        because("floor_minutes", -120, -150),
    ),
}
"""For each path that takes PATCH: where its version is read, and two changes."""


def test_every_change_of_a_part_is_here(app: FastAPI) -> None:
    assert PAIRS.keys() == {route.path for route in app.state.routes if "PATCH" in route.methods}


async def test_a_version_opens_its_change_once_and_the_answer_names_the_next(town: Town) -> None:
    vida, other = await almighty(town), await town.member("Bor")
    ids = {"listing_id": (await town.listing(vida))["id"], "member_id": str(other.member_id)}
    for changed, (read, (first, second)) in PAIRS.items():
        found = await vida.get(read.format(**ids))
        version, path = found.headers["etag"], changed.format(**ids)
        answer = await vida.patch(path, first, headers={"If-Match": version})
        good(answer)
        assert answer.headers["etag"] == (await vida.get(read.format(**ids))).headers["etag"]
        refused(await vida.patch(path, second, headers={"If-Match": version}), 412, "stale")
        again = await vida.patch(path, second, headers={"If-Match": answer.headers["etag"]})
        assert good(again) != good(found), changed
        assert len({version, answer.headers["etag"], again.headers["etag"]}) == 3, changed
