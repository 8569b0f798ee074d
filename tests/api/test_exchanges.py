from typing import Any

import pytest

from app.kit.settings import Settings
from tests.doings import (
    NOWHERE,
    leaves,
    notices,
    same_as_absent,
    sql,
    stand,
    status_of,
    take,
)
from tests.town import JSON, Person, Town, good, refused

STEPS: list[tuple[str, JSON]] = [
    ("acceptance", {}),
    ("decline", {"reason": "No time"}),
    ("counterproposal", {"minutes": 30}),
    ("cancellation", {}),
    ("delivery", {"minutes": 60}),
    ("confirmation", {}),
    ("messages", {"text": "Hello"}),
    ("dispute", {"reason": "It was shorter"}),
]


@pytest.mark.parametrize("kind", ["offer", "request"])
async def test_an_offers_author_gives_and_a_requests_author_receives(town: Town, kind: str) -> None:
    author, other = await town.member("Ana"), await town.member("Bor")
    listing = await town.listing(author, kind)
    terms = {
        "minutes": 75,
        "starts_at": "2026-03-09T16:00:00Z",
        "meeting_point_id": "library",
    }
    exchange = good(await other.post("/v1/exchanges", terms | {"listing_id": listing["id"]}))
    sides = [
        {"id": str(author.member_id), "alias": "Ana"},
        {"id": str(other.member_id), "alias": "Bor"},
    ]
    giver, receiver = sides if kind == "offer" else reversed(sides)
    assert (exchange["giver"], exchange["receiver"]) == (giver, receiver)
    assert {name: exchange[name] for name in terms} == terms
    assert (exchange["status"], exchange["listing_id"]) == ("proposed", listing["id"])
    assert exchange["proposed_by_me"]
    seen = good(await author.get(f"/v1/exchanges/{exchange['id']}"))
    mine = {"proposed_by_me": False, "my_part": "giver" if kind == "offer" else "receiver"}
    steps = ["acceptance", "decline", "counterproposal"]
    assert seen == exchange | mine | {"my_steps": steps}
    assert exchange["my_part"] != seen["my_part"]
    assert exchange["my_steps"] == ["cancellation"]
    assert await stand(author) == await stand(other) == (0, 0, 0), "a proposal holds nothing"


async def test_nobody_exchanges_with_themselves(town: Town) -> None:
    ana = await town.member()
    body = {"listing_id": (await town.listing(ana))["id"], "minutes": 60}
    refused(await ana.post("/v1/exchanges", body), 409, "own-listing")


async def test_a_proposal_that_does_not_fit_is_refused(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    body = {"listing_id": (await town.listing(ana))["id"], "minutes": 60}
    changes: list[tuple[JSON, str]] = [
        ({"meeting_point_id": "my-home"}, "unknown-meeting-point"),
        ({"minutes": 0}, "unfit"),
        ({"minutes": -60}, "unfit"),
        ({"minutes": 6_001}, "unfit"),
        ({"minutes": 1.5}, "unfit"),
        ({"minutes": "60"}, "unfit"),
        ({"starts_at": "tomorrow"}, "unfit"),
        ({"giver_id": str(bor.member_id)}, "unfit"),
    ]
    for change, slug in changes:
        refused(await bor.post("/v1/exchanges", body | change), 422, slug)
    assert await _listed(bor) == await _listed(ana) == []
    assert await notices(ana) == [("application_approved", str(ana.member_id))]


async def test_to_a_stranger_an_exchange_is_like_none_whatever_they_try(town: Town) -> None:
    ana, bor, cene = await town.member("Ana"), await town.member("Bor"), await town.member("Cene")
    for exchange in (await town.proposed(ana, bor), await town.delivered(ana, bor)):
        path, nowhere = f"/v1/exchanges/{exchange['id']}", f"/v1/exchanges/{NOWHERE}"
        same_as_absent(await cene.get(path), await cene.get(nowhere))
        for step, body in STEPS:
            hidden = await cene.post(f"{path}/{step}", body)
            same_as_absent(hidden, await cene.post(f"{nowhere}/{step}", body))
        messages = await cene.get(f"{path}/messages")
        same_as_absent(messages, await cene.get(f"{nowhere}/messages"))
        assert await status_of(ana, exchange) == exchange["status"]
    assert await _listed(cene) == []


async def test_staff_who_are_no_party_have_no_exchanges(town: Town) -> None:
    exchange = await town.proposed(await town.member("Ana"), await town.member("Bor"))
    for role in ("coordinator", "moderator", "admin"):
        staff = await town.staff(role)
        refused(await staff.get(f"/v1/exchanges/{exchange['id']}"), 403, "not-a-member")
        refused(await take(staff, exchange, "acceptance"), 403, "not-a-member")


async def test_my_exchanges_are_listed_newest_first_and_by_status(town: Town) -> None:
    ana, bor, cene = await town.member("Ana"), await town.member("Bor"), await town.member("Cene")
    first = await town.proposed(ana, bor)
    second = await town.accepted(bor, ana)
    await town.proposed(cene, bor)
    third = await town.settled(ana, cene)
    ids = [third["id"], second["id"], first["id"]]
    assert [one["id"] for one in await _listed(ana)] == ids
    assert [one["id"] for one in await _listed(ana, "status=accepted")] == [second["id"]]
    page = good(await ana.get("/v1/exchanges?limit=2"))
    rest = good(await ana.get(f"/v1/exchanges?limit=2&cursor={page['next_cursor']}"))
    assert [one["id"] for one in page["items"] + rest["items"]] == ids
    assert rest["next_cursor"] is None


async def test_every_step_gives_the_exchange_another_entity_tag(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.proposed(ana, bor)
    path = f"/v1/exchanges/{exchange['id']}"
    tags = [(await ana.get(path)).headers["ETag"]]
    for person, step in ((ana, "acceptance"), (ana, "delivery"), (bor, "confirmation")):
        good(await take(person, exchange, step))
        tags.append((await ana.get(path)).headers["ETag"])
    assert len(set(tags)) == 4
    assert (await bor.get(path)).headers["ETag"] == tags[-1]


async def test_one_who_left_is_a_former_member_in_an_exchange_that_stays(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.settled(ana, bor)
    await leaves(town, ana)
    seen = good(await bor.get(f"/v1/exchanges/{exchange['id']}"))
    assert seen["giver"] == {"id": None, "alias": "former member"}
    assert seen | {"giver": exchange["giver"]} == exchange
    (line,) = await bor.statement()
    assert line["counterpart_alias"] == "former member"


async def test_messages_reach_the_other_side_in_their_order_and_are_kept_sealed(
    town: Town,
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    offer = await town.listing(ana)
    body = {"listing_id": offer["id"], "minutes": 60, "message": "May I come on Monday?"}
    exchange = good(await bor.post("/v1/exchanges", body))
    path = f"/v1/exchanges/{exchange['id']}/messages"
    sent = await ana.post(path, {"text": "Yes, at nine.\nBring a book."})
    assert (sent.status_code, sent.json()["is_mine"]) == (201, True)
    page = good(await bor.get(f"{path}?limit=1"))
    rest = good(await bor.get(f"{path}?limit=1&cursor={page['next_cursor']}"))
    read = [(one["text"], one["is_mine"]) for one in page["items"] + rest["items"]]
    assert read == [("May I come on Monday?", True), ("Yes, at nine.\nBring a book.", False)]
    changed = ("exchange_changed", exchange["id"])
    assert (await notices(ana))[0] == (await notices(bor))[0] == changed
    for row in await sql(town, "SELECT text_sealed FROM message"):
        assert b"Monday" not in row["text_sealed"]
        assert b"nine" not in row["text_sealed"]


class TestTheLimitOfOpenProposals:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"open_proposals_max": 2})

    async def test_one_more_than_allowed_is_refused_until_one_is_answered(self, town: Town) -> None:
        ana, bor = await town.member("Ana"), await town.member("Bor")
        body: dict[str, Any] = {"listing_id": (await town.listing(ana))["id"], "minutes": 60}
        first = good(await bor.post("/v1/exchanges", body))
        good(await bor.post("/v1/exchanges", body))
        problem = refused(await bor.post("/v1/exchanges", body), 429, "too-many-proposals")
        assert problem["open_max"] == 2
        assert await town.proposed(bor, ana), "to be asked does not count"
        good(await take(ana, first, "decline"))
        good(await bor.post("/v1/exchanges", body))


async def _listed(person: Person, query: str = "") -> list[JSON]:
    return list(good(await person.get(f"/v1/exchanges?{query}"))["items"])
