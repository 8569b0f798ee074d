from itertools import product

from app.matching.rules import Side, is_reachable
from tests.doings import NOWHERE, leaves, same_as_absent
from tests.town import JSON, Person, Town, good, refused

RELATED = "english_lessons"


async def _matches(person: Person, listing: JSON, query: str = "") -> list[JSON]:
    path = f"/v1/listings/{listing['id']}/matches?{query}"
    return list(good(await person.get(path))["items"])


def _ids(matches: list[JSON]) -> list[str]:
    return [match["listing"]["id"] for match in matches]


def _codes(match: JSON) -> list[str]:
    return [reason["code"] for reason in match["reasons"]]


async def test_every_hard_filter_keeps_out_what_it_should(town: Town) -> None:
    ana, bor, cene = await town.member("Ana"), await town.member("Bor"), await town.member("Cene")
    request = await town.listing(bor, "request")
    named = {
        "fits": await town.listing(ana),
        "same kind": await town.listing(ana, "request"),
        "no common language": await town.listing(ana, languages=["uk", "en"]),
        "unrelated service": await town.listing(ana, category="massage"),
        "from afar only": await town.listing(ana, area=None, remote=True),
        "one's own": await town.listing(bor),
        "author left": await town.listing(cene),
        "withdrawn": await town.listing(ana),
        "expired": await town.listing(ana, expires_at=town.later(minutes=1)),
    }
    names = {listing["id"]: name for name, listing in named.items()}
    await leaves(town, cene)
    await ana.delete(f"/v1/listings/{named['withdrawn']['id']}")
    await town.step_on(2 / (24 * 60))
    for reader in (bor, await town.staff("coordinator")):
        assert [names[one] for one in _ids(await _matches(reader, request))] == ["fits"]


async def test_an_offer_finds_requests(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    offer, request = await town.listing(ana), await town.listing(bor, "request")
    assert _ids(await _matches(ana, offer)) == [request["id"]]
    assert _ids(await _matches(bor, request)) == [offer["id"]]


async def test_place_is_filtered_by_the_rule_whichever_side_asks(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    places: list[tuple[str | None, bool]] = list(product(("center", "north", None), (False, True)))
    offers = {
        (await town.listing(ana, area=area, remote=remote))["id"]: (area, remote)
        for area, remote in places
    }
    for area, remote in places:
        request = await town.listing(bor, "request", area=area, remote=remote)
        found = {offers[one] for one in _ids(await _matches(bor, request))}
        mine = Side("slovene_lessons", frozenset({"sl"}), area, remote)
        assert found == {
            place
            for place in places
            if is_reachable(mine, Side("slovene_lessons", frozenset({"sl"}), *place))
        }


async def test_the_same_service_comes_before_related_ones_and_nearer_before_farther(
    town: Town,
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    request = await town.listing(bor, "request", languages=["sl", "en", "uk"])
    both = ["en", "sl"]
    best_first = [
        await town.listing(ana, languages=both),
        await town.listing(ana, languages=["sl"]),
        await town.listing(ana, languages=["sl"], area=None),
        await town.listing(ana, languages=both, area="north"),
        await town.listing(ana, languages=["sl"], area="north"),
        await town.listing(ana, languages=both, category=RELATED),
        await town.listing(ana, languages=["sl"], area="north", category=RELATED),
    ]
    found = await _matches(bor, request)
    assert _ids(found) == [one["id"] for one in best_first]
    assert [match["score"] for match in found] == [1.0, 0.9, 0.8, 0.7, 0.6, 0.3, 0.18]
    assert _codes(found[0]) == ["same_service", "same_area", "both_speak"]
    assert _codes(found[2]) == ["same_service", "anywhere", "both_speak"]
    assert _codes(found[-1]) == ["related_service", "other_area", "both_speak"]
    assert found[0]["reasons"][2]["languages"] == ["en", "sl"]


async def test_the_points_of_the_reasons_add_up_to_the_score(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    request = await town.listing(bor, "request", languages=["sl", "en"], remote=True)
    for category, area, remote, languages in product(
        ("slovene_lessons", RELATED),
        ("center", "north", None),
        (False, True),
        (["sl"], ["en", "sl"]),
    ):
        await town.listing(ana, category=category, area=area, remote=remote, languages=languages)
    found = await _matches(bor, request, "limit=100")
    assert len(found) == 24
    for match in found:
        points = sum(round(reason["points"] * 1_000) for reason in match["reasons"])
        assert points / 1_000 == match["score"]


async def test_equal_matches_are_ordered_by_id_the_same_for_everyone(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    request = await town.listing(bor, "request")
    offers = [(await town.listing(ana))["id"] for _ in range(9)]
    coordinator = await town.staff("coordinator")
    assert _ids(await _matches(bor, request)) == sorted(offers)
    assert await _matches(bor, request) == await _matches(coordinator, request)
    assert _ids(await _matches(bor, request, "limit=4")) == sorted(offers)[:4]
    refused(await bor.get(f"/v1/listings/{request['id']}/matches?limit=0"), 422, "unfit")


async def test_only_the_author_and_coordinators_see_the_matches_of_a_listing(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    request, offer = await town.listing(bor, "request"), await town.listing(ana)
    path = f"/v1/listings/{request['id']}/matches"
    hidden = await ana.get(path)
    same_as_absent(hidden, await ana.get(f"/v1/listings/{NOWHERE}/matches"))
    assert _ids(await _matches(await town.staff("coordinator"), request)) == [offer["id"]]
    for role in ("moderator", "auditor"):
        refused(await (await town.staff(role)).get(path), 403, "not-a-member")
    refused(await (await town.applicant()).get(path), 403, "not-a-member")


async def test_a_match_shows_a_listing_as_a_search_does(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    request, offer = await town.listing(bor, "request"), await town.listing(ana)
    (match,) = await _matches(bor, request)
    assert match["listing"] == good(await bor.get(f"/v1/listings/{offer['id']}"))
    assert set(match) == {"listing", "score", "reasons"}
