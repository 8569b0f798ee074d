from tests.doings import leaves
from tests.town import JSON, Person, Town, good, refused

LISTINGS: dict[str, JSON] = {
    "lessons": {"title": "Slovene lessons", "languages": ["sl", "en"], "area": "center"},
    "bread": {
        "kind": "request",
        "title": "Rye bread",
        "body": "Two loaves, please",
        "category": "cooking",
        "languages": ["uk"],
        "area": "north",
    },
    "web": {
        "title": "Web pages",
        "body": "I can teach you",
        "category": "web_design",
        "languages": ["en"],
        "area": None,
        "remote": True,
    },
}

SEARCHES: dict[str, set[str]] = {
    "": {"lessons", "bread", "web"},
    "kind=offer": {"lessons", "web"},
    "kind=request": {"bread"},
    "category=cooking": {"bread"},
    "category=massage": set(),
    "language=en": {"lessons", "web"},
    "language=UK": {"bread"},
    "language=e": set(),
    "area=center": {"lessons"},
    "remote=true": {"web"},
    "remote=false": {"lessons", "bread"},
    "q=slovene": {"lessons"},
    "q=LOAVES": {"bread"},
    "q=bread%20loaves": {"bread"},
    "q=bread%20lessons": set(),
    "q=loav": set(),
    "q=%21%3F": set(),
    "q=%27%20OR%20true%20--": set(),
    "kind=offer&language=en&remote=true&q=teach": {"web"},
    "kind=request&language=en": set(),
}

SENSELESS = (
    "kind=gift",
    "language=%20",
    "area=A%20B",
    "remote=maybe",
    "q=",
    "limit=0",
    "limit=101",
)


async def _post_all(town: Town, author: Person) -> dict[str, str]:
    """The listings above by id."""
    return {
        (await town.listing(author, **changes))["id"]: name for name, changes in LISTINGS.items()
    }


async def _found(person: Person, query: str = "") -> list[JSON]:
    return list(good(await person.get(f"/v1/listings?{query}"))["items"])


async def test_a_search_finds_what_fits_all_its_filters(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    names = await _post_all(town, ana)
    for reader in (bor, ana, await town.staff("coordinator")):
        found = {
            query: {names[one["id"]] for one in await _found(reader, query)} for query in SEARCHES
        }
        assert found == SEARCHES


async def test_a_search_that_makes_no_sense_is_refused(town: Town) -> None:
    ana = await town.member()
    for query in SENSELESS:
        refused(await ana.get(f"/v1/listings?{query}"), 422, "unfit")


async def test_mine_is_all_of_mine_and_nothing_of_others(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    await town.listing(bor)
    kept = await town.listing(ana)
    withdrawn = await town.listing(ana, kind="request")
    await ana.delete(f"/v1/listings/{withdrawn['id']}")
    expired = await town.listing(ana, expires_at=town.later(minutes=1))
    await town.step_on(2 / (24 * 60))
    mine = {one["id"]: one["status"] for one in await _found(ana, "mine=true")}
    assert mine == {kept["id"]: "open", withdrawn["id"]: "withdrawn", expired["id"]: "open"}
    offers = {one["id"] for one in await _found(ana, "mine=true&kind=offer")}
    assert offers == {kept["id"], expired["id"]}
    assert await _found(await town.staff("coordinator"), "mine=true") == []


async def test_others_find_only_what_is_open_and_whose_author_takes_part(town: Town) -> None:
    ana, bor, cene = await town.member("Ana"), await town.member("Bor"), await town.member("Cene")
    kept = await town.listing(ana)
    withdrawn = await town.listing(ana)
    await ana.delete(f"/v1/listings/{withdrawn['id']}")
    await town.listing(ana, expires_at=town.later(minutes=1))
    await town.listing(cene)
    await leaves(town, cene)
    await town.step_on(2 / (24 * 60))
    for reader in (ana, bor, await town.staff("coordinator")):
        assert [one["id"] for one in await _found(reader)] == [kept["id"]]


async def test_the_order_within_a_month_tells_nothing_of_when_a_listing_was_posted(
    town: Town,
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    posted = [(await town.listing(ana))["id"] for _ in range(12)]
    await town.step_on(31)
    ana, bor = await town.signed_in(ana.email), await town.signed_in(bor.email)
    newer = [(await town.listing(ana))["id"] for _ in range(3)]
    found = [one["id"] for one in await _found(bor, "limit=100")]
    assert found == sorted(newer, reverse=True) + sorted(posted, reverse=True)


async def test_paging_gives_everything_once_while_others_post_and_withdraw(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    there = {(await town.listing(ana))["id"] for _ in range(10)}
    seen: list[str] = []
    gone: set[str] = set()
    cursor: str | None = ""
    while cursor is not None:
        page = good(await bor.get(f"/v1/listings?limit=3&cursor={cursor}" if cursor else _FIRST))
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        await town.listing(ana)
        unseen = sorted(there - set(seen) - gone)
        if unseen and not gone:
            gone = {unseen[0]}
            await ana.delete(f"/v1/listings/{unseen[0]}")
    assert len(seen) == len(set(seen)), "nothing comes twice"
    assert there - gone <= set(seen), "what was there all the time is not passed over"
    assert not gone & set(seen)


async def test_the_last_page_has_no_cursor_even_when_it_is_full(town: Town) -> None:
    ana = await town.member("Ana")
    for _ in range(3):
        await town.listing(ana)
    first = good(await ana.get(_FIRST))
    assert (len(first["items"]), first["next_cursor"]) == (3, None)


async def test_a_cursor_is_good_for_one_viewer_and_one_list(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    for _ in range(4):
        await town.listing(ana)
    cursor = good(await ana.get(_FIRST))["next_cursor"]
    assert good(await ana.get(f"/v1/listings?limit=3&cursor={cursor}"))["items"]
    refused(await bor.get(f"/v1/listings?cursor={cursor}"), 422, "unknown-cursor")
    refused(await ana.get(f"/v1/exchanges?cursor={cursor}"), 422, "unknown-cursor")
    refused(await ana.get("/v1/listings?cursor=AAAA"), 422, "unknown-cursor")


_FIRST = "/v1/listings?limit=3"
