"""Renewing a listing, and what fits all of one's own."""

from app.matching import queries
from tests.doings import leaves, sql
from tests.town import JSON, Person, Town, good, refused

COPIES = """
    INSERT INTO listing SELECT copy.* FROM listing, generate_series(1, $1) AS number,
        jsonb_populate_record(listing, jsonb_build_object('listing_id', md5(number::text))) AS copy
    WHERE listing.expires_at IS NULL
"""


async def test_a_renewed_listing_stands_among_this_months_and_tells_no_day(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    old = await town.listing(ana, title="Old", expires_at=town.later(days=20))
    await town.step_on(40)
    ana, bor = await town.signed_in(ana.email), await town.signed_in(bor.email)
    await town.listing(ana, title="Young")
    path = f"/v1/listings/{old['id']}"
    refused(await bor.get(path), 404, "not-found")
    answer = await ana.post(f"{path}/renewal", {"expires_at": town.later(days=9)})
    assert good(answer)["posted_month"] == "2026-04-01"
    assert answer.headers["etag"] == (await ana.get(path)).headers["etag"]
    found = {
        one["title"]: one["posted_month"] for one in good(await bor.get("/v1/listings"))["items"]
    }
    assert len(set(found.values())) == 1 == len({"Old", "Young"} - found.keys()) + 1
    assert good(await ana.post(f"{path}/renewal"))["expires_at"] is None
    past = {"expires_at": town.later(days=-1)}
    refused(await ana.post(f"{path}/renewal", past), 422, "already-over")
    refused(await bor.post(f"{path}/renewal"), 404, "not-found")
    await ana.delete(path)
    refused(await ana.post(f"{path}/renewal"), 409, "listing-withdrawn")


async def test_renewing_what_is_over_counts_as_one_more(town: Town) -> None:
    ana = await town.member("Ana")
    over = await town.listing(ana, expires_at=town.later(minutes=1))
    await town.step_on(2 / (24 * 60))
    await town.listing(ana)
    most = town.ground.settings.open_listings_max
    await sql(town, COPIES, most - 1)
    path = f"/v1/listings/{over['id']}/renewal"
    refused(await ana.post(path), 429, "too-many-listings")
    await sql(town, "UPDATE listing SET status = 'withdrawn' WHERE expires_at IS NULL")
    good(await ana.post(path))


async def mine(person: Person, query: str = "") -> list[tuple[str, str, float]]:
    items = good(await person.get(f"/v1/me/matches?{query}"))["items"]
    return [(one["listing"]["title"], one["my_listing_id"], one["score"]) for one in items]


async def test_the_best_matches_of_all_my_listings_each_listing_once(town: Town) -> None:
    ana, bor, cene = await town.member("Ana"), await town.member("Bor"), await town.member("Cene")
    assert await mine(bor) == []
    need = await town.listing(bor, "request")
    gift = await town.listing(bor, "offer", category="cooking", title="Bread")
    near = await town.listing(bor, "request", area="north")
    exact: JSON = {"title": "Exact"}
    await town.listing(ana, "offer", **exact)
    await town.listing(ana, "request", category="cooking", area="west", title="Hungry")
    await town.listing(ana, "offer", category="english_lessons", title="Related")
    await town.listing(ana, "offer", area="north", title="North")
    await town.listing(ana, "offer", category="massage", title="Unrelated")
    await town.listing(cene, "offer", title="Gone")
    await leaves(town, cene)
    found = await mine(bor)
    by_title = {title: (listing_id, score) for title, listing_id, score in found}
    assert {title: listing_id for title, (listing_id, _) in by_title.items()} == {
        "Exact": need["id"],
        "North": near["id"],
        "Hungry": gift["id"],
        "Related": need["id"],
    }
    assert [score for *_, score in found] == sorted((one[2] for one in found), reverse=True)
    for listing in (need, gift, near):
        for one in good(await bor.get(f"/v1/listings/{listing['id']}/matches"))["items"]:
            assert by_title[one["listing"]["title"]][1] >= one["score"]
    assert await mine(bor, "limit=2") == found[:2]
    assert town.ground.settings.open_listings_max >= queries.MINE_MAX
