import pytest

from app.kit.settings import Settings
from tests.doings import NOWHERE, leaves, same_as_absent
from tests.town import JSON, Person, Town, good, refused

WHOLE: JSON = {
    "kind": "request",
    "title": "Somebody to practise Slovene with",
    "body": "Twice a week.\nI bring tea.",
    "category": "conversation",
    "language": "en",
    "languages": ["en", "sl"],
    "area": "north",
    "remote": True,
    "minutes": 90,
    "availability": "weekday mornings",
    "expires_at": "2026-05-01T10:00:00Z",
}
LEAST: JSON = {
    "kind": "offer",
    "title": "Bread",
    "category": "cooking",
    "language": "sl",
    "languages": ["sl"],
    "area": "center",
}

UNFIT: list[tuple[JSON, str]] = [
    ({"category": "alchemy"}, "unknown-category"),
    ({"area": "atlantis"}, "unknown-area"),
    ({"expires_at": "2026-03-01T00:00:00Z"}, "already-over"),
    ({"price": 5}, "unfit"),
]


async def test_a_listing_is_read_by_others_as_its_author_posted_it(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    posted = good(await ana.post("/v1/listings", WHOLE))
    assert {name: posted[name] for name in WHOLE} == WHOLE
    assert posted["status"] == "open"
    assert posted["author"] == {"id": str(ana.member_id), "alias": "Ana"}
    assert good(await bor.get(f"/v1/listings/{posted['id']}")) == posted


async def test_what_is_left_out_is_empty_and_not_remote(town: Town) -> None:
    posted = good(await (await town.member()).post("/v1/listings", LEAST))
    assert (posted["body"], posted["remote"]) == ("", False)
    empty = ("minutes", "availability", "expires_at")
    assert [posted[name] for name in empty] == [None, None, None]


async def test_languages_are_canonical_and_named_once(town: Town) -> None:
    ana = await town.member()
    posted = await town.listing(ana, languages=["SL", "sl", "sr-Latn"])
    assert posted["languages"] == ["sl", "sr-Latn"]
    changed = await ana.patch(f"/v1/listings/{posted['id']}", {"languages": ["en", "EN", "sl"]})
    assert good(changed)["languages"] == ["en", "sl"]


async def test_what_does_not_fit_is_refused_and_nothing_is_posted(town: Town) -> None:
    ana = await town.member()
    for change, slug in [
        *UNFIT,
        ({"minutes": 0}, "unfit"),
        ({"minutes": 6_001}, "unfit"),
        ({"languages": []}, "unfit"),
        ({"title": " "}, "unfit"),
        ({"expires_at": 1_790_000_000}, "unfit"),
        ({"kind": "gift"}, "unfit"),
    ]:
        refused(await ana.post("/v1/listings", LEAST | change), 422, slug)
    assert await _mine(ana) == []


async def test_a_change_that_does_not_fit_is_refused_and_changes_nothing(town: Town) -> None:
    ana = await town.member()
    before = await town.listing(ana)
    for change, slug in [
        *UNFIT,
        ({"kind": "request"}, "unfit"),
        ({"status": "withdrawn"}, "unfit"),
    ]:
        refused(await ana.patch(f"/v1/listings/{before['id']}", change), 422, slug)
    assert await _mine(ana) == [before]


@pytest.mark.parametrize("remote", [True, False])
async def test_a_listing_needs_no_area(town: Town, remote: bool) -> None:
    posted = await town.listing(await town.member(), area=None, remote=remote)
    assert (posted["area"], posted["remote"]) == (None, remote)


async def test_only_what_a_change_names_changes(town: Town) -> None:
    ana = await town.member()
    before = good(await ana.post("/v1/listings", WHOLE))
    path = f"/v1/listings/{before['id']}"
    after = good(await ana.patch(path, {"title": "Tea and Slovene", "minutes": None}))
    assert after == before | {"title": "Tea and Slovene", "minutes": None}
    unchanged = good(await ana.patch(path, {"title": None, "category": None}))
    assert unchanged == after, "null clears only what may be empty"


async def test_a_change_on_an_older_version_is_refused(town: Town) -> None:
    ana = await town.member()
    path = f"/v1/listings/{(await town.listing(ana))['id']}"
    first = (await ana.get(path)).headers["ETag"]
    changed = await ana.patch(path, {"title": "Second"}, headers={"If-Match": first})
    second = changed.headers["ETag"]
    assert second != first
    assert (await ana.get(path)).headers["ETag"] == second
    refused(await ana.patch(path, {"title": "Third"}, headers={"If-Match": first}), 412, "stale")
    for tags in (second, "*", None):
        headers = {} if tags is None else {"If-Match": tags}
        assert good(await ana.patch(path, {"title": "Third"}, headers=headers))
    latest = (await ana.get(path)).headers["ETag"]
    assert good(await ana.patch(path, {}, headers={"If-Match": f'"other", {latest}'}))
    assert good(await ana.get(path))["title"] == "Third"


async def test_a_withdrawn_listing_stays_with_its_author_and_cannot_be_changed(town: Town) -> None:
    ana = await town.member()
    listing = await town.listing(ana)
    path = f"/v1/listings/{listing['id']}"
    assert (await ana.delete(path)).status_code == 204
    assert (await ana.delete(path)).status_code == 204, "once more changes nothing"
    assert good(await ana.get(path)) == listing | {"status": "withdrawn"}
    refused(await ana.patch(path, {"title": "New"}), 409, "listing-withdrawn")


@pytest.mark.parametrize("how", ["withdrawn", "expired", "author left"])
async def test_what_is_over_looks_to_others_like_what_never_was(town: Town, how: str) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    listing = await town.listing(ana, expires_at=town.later(minutes=5))
    assert good(await bor.get(f"/v1/listings/{listing['id']}"))
    if how == "withdrawn":
        await ana.delete(f"/v1/listings/{listing['id']}")
    elif how == "expired":
        await town.step_on(6 / (24 * 60))
    else:
        await leaves(town, ana)
    for reader in (bor, await town.staff("coordinator")):
        there = await reader.get(f"/v1/listings/{listing['id']}")
        same_as_absent(there, await reader.get(f"/v1/listings/{NOWHERE}"))
        assert good(await reader.get("/v1/listings"))["items"] == []
    body = {"minutes": 60, "listing_id": listing["id"]}
    proposal = await bor.post("/v1/exchanges", body)
    same_as_absent(proposal, await bor.post("/v1/exchanges", body | {"listing_id": str(NOWHERE)}))
    assert [one["id"] for one in await _mine(ana)] == [listing["id"]]


async def test_others_can_neither_change_nor_withdraw_a_listing(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    listing = await town.listing(ana)
    path, nowhere = f"/v1/listings/{listing['id']}", f"/v1/listings/{NOWHERE}"
    change = {"title": "Mine now"}
    same_as_absent(await bor.patch(path, change), await bor.patch(nowhere, change))
    same_as_absent(await bor.delete(path), await bor.delete(nowhere))
    assert good(await ana.get(path)) == listing


async def test_others_learn_of_the_time_of_posting_only_the_month(town: Town) -> None:
    ana = await town.member("Ana")
    early = await town.listing(ana)
    await town.step_on(0.006)
    late = await town.listing(ana)
    assert early["posted_month"] == late["posted_month"] == "2026-03-01"
    timed = {name for name in late if name.endswith(("_at", "_month"))}
    assert timed == {"posted_month", "expires_at"}


async def test_applicants_and_staff_post_nothing(town: Town) -> None:
    refused(await (await town.applicant()).post("/v1/listings", LEAST), 403, "not-a-member")
    refused(
        await (await town.staff("coordinator")).post("/v1/listings", LEAST), 403, "not-a-member"
    )


class TestTheLimitOfOpenListings:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"open_listings_max": 2})

    async def test_one_more_than_allowed_is_refused_until_one_is_withdrawn(
        self, town: Town
    ) -> None:
        ana, bor = await town.member("Ana"), await town.member("Bor")
        first, _ = await town.listing(ana), await town.listing(ana)
        problem = refused(await ana.post("/v1/listings", LEAST), 429, "too-many-listings")
        assert problem["open_max"] == 2
        assert await town.listing(bor), "everyone has a limit of their own"
        await ana.delete(f"/v1/listings/{first['id']}")
        assert await town.listing(ana)

    async def test_expired_listings_do_not_count_and_reviving_one_does(self, town: Town) -> None:
        ana = await town.member("Ana")
        over = await town.listing(ana, expires_at=town.later(minutes=1))
        await town.step_on(2 / (24 * 60))
        kept, _ = await town.listing(ana), await town.listing(ana)
        path, revival = f"/v1/listings/{over['id']}", {"expires_at": None}
        refused(await ana.patch(path, revival), 429, "too-many-listings")
        await ana.delete(f"/v1/listings/{kept['id']}")
        assert good(await ana.patch(path, revival))["expires_at"] is None


async def _mine(person: Person) -> list[JSON]:
    return list(good(await person.get("/v1/listings?mine=true"))["items"])
