"""My statement: every posting once, newest first, with the balance after it."""

import itertools

import pytest

from tests.contract import places
from tests.doings import leaves
from tests.town import JSON, Person, Town, good, refused

POSTINGS = "/v1/me/account/postings"
AMOUNTS = [10 * number if number % 3 else -7 * number for number in range(1, 46)]


async def page(person: Person, cursor: str | None = None, limit: int | None = None) -> JSON:
    asked = {"cursor": cursor, "limit": limit}
    params = {name: value for name, value in asked.items() if value is not None}
    return good(await person.get(POSTINGS, params=params))


async def with_history(town: Town) -> Person:
    ana = await town.member("Ana")
    for minutes in AMOUNTS:
        await town.give(ana, minutes)
    return ana


async def test_a_long_statement_comes_in_pages_of_twenty(town: Town) -> None:
    ana = await with_history(town)
    first = await page(ana)
    second = await page(ana, first["next_cursor"])
    third = await page(ana, second["next_cursor"])
    lines = [*first["items"], *second["items"], *third["items"]]
    assert [len(one["items"]) for one in (first, second, third)] == [20, 20, 5]
    assert third["next_cursor"] is None
    assert len({line["id"] for line in lines}) == len(AMOUNTS)
    moved = [line["minutes"] * (1 if line["direction"] == "in" else -1) for line in lines]
    assert moved == AMOUNTS[::-1]
    balances = list(itertools.accumulate(AMOUNTS))
    assert [line["balance_after_minutes"] for line in lines] == balances[::-1]
    assert balances[-1] == (await ana.account())["balance_minutes"]
    assert [line["at"] for line in lines] == sorted((line["at"] for line in lines), reverse=True)


async def test_new_postings_shift_no_page_that_is_being_read(town: Town) -> None:
    ana = await with_history(town)
    first = await page(ana)
    await town.give(ana, 5)
    second = await page(ana, first["next_cursor"])
    assert second["items"] == (await page(ana, first["next_cursor"]))["items"]
    seen = [line["balance_after_minutes"] for line in (*first["items"], *second["items"])]
    assert seen == list(itertools.accumulate(AMOUNTS))[::-1][:40]
    assert (await page(ana))["items"][0]["minutes"] == 5


async def test_the_limit_is_kept_and_bounded(town: Town) -> None:
    ana = await town.member(minutes=1)
    await town.give(ana, 1)
    assert len((await page(ana, limit=1))["items"]) == 1
    whole = await page(ana, limit=2)
    assert (len(whole["items"]), whole["next_cursor"]) == (2, None)
    assert len((await page(ana, limit=100))["items"]) == 2
    for limit in ("0", "-1", "101", "many", "1e2", "9" * 5000):
        assert places(await ana.get(POSTINGS, params={"limit": limit})) == ["/query/limit"]


async def test_a_cursor_is_good_for_its_viewer_and_list_only(town: Town) -> None:
    ana, bor = await town.member("Ana", minutes=1), await town.member("Bor", minutes=1)
    for person in (ana, bor):
        await town.give(person, 1)
    cursor = (await page(ana, limit=1))["next_cursor"]
    for person, path in (
        (bor, POSTINGS),
        (ana, "/v1/exchanges"),
        (ana, "/v1/notices"),
        (ana, "/v1/listings"),
        (ana, "/v1/disputes"),
    ):
        refused(await person.get(path, params={"cursor": cursor}), 422, "unknown-cursor")
    # A cursor is the viewer's, not the session's.
    again = await town.signed_in(ana.email)
    assert len((await page(again, cursor))["items"]) == 1


@pytest.mark.parametrize("cursor", ["x", "AAAA", "č", "A" * 512, "=", "a" * 40 + "\x00", " "])
async def test_a_text_that_is_no_cursor_is_refused(town: Town, cursor: str) -> None:
    ana = await town.member()
    refused(await ana.get(POSTINGS, params={"cursor": cursor}), 422, "unknown-cursor")


async def test_a_changed_cursor_is_refused(town: Town) -> None:
    ana = await with_history(town)
    cursor = (await page(ana))["next_cursor"]
    for place in (0, len(cursor) // 2, len(cursor) - 3):
        other = "A" if cursor[place] != "A" else "B"
        changed = cursor[:place] + other + cursor[place + 1 :]
        refused(await ana.get(POSTINGS, params={"cursor": changed}), 422, "unknown-cursor")
    assert places(await ana.get(POSTINGS, params={"cursor": "A" * 513})) == ["/query/cursor"]


async def test_an_exchange_is_shown_with_the_other_sides_alias(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.settled(ana, bor, 45)
    (given,), (received,) = await ana.statement(), await bor.statement()
    assert (given["kind"], given["exchange_id"]) == ("settlement", exchange["id"])
    assert given["transfer_id"] is None
    assert (given["direction"], given["minutes"], given["counterpart_alias"]) == ("in", 45, "Bor")
    assert (received["direction"], received["counterpart_alias"]) == ("out", "Ana")
    assert given["id"] == received["id"]


async def test_the_banks_own_accounts_have_no_alias(town: Town) -> None:
    ana = await town.member(minutes=30)
    (line,) = await ana.statement()
    assert (line["kind"], line["exchange_id"]) == ("opening", None)
    assert line["counterpart_alias"] is None


async def test_who_has_left_is_a_former_member_without_an_id(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.settled(ana, bor, 45)
    await leaves(town, bor)
    (line,) = await ana.statement()
    assert (line["counterpart_alias"], line["minutes"]) == ("former member", 45)
    shown = good(await ana.get(f"/v1/exchanges/{exchange['id']}"))
    assert shown["receiver"] == {"id": None, "alias": "former member"}
    assert shown["giver"] == {"id": str(ana.member_id), "alias": "Ana"}
    (listed,) = good(await ana.get("/v1/exchanges"))["items"]
    assert listed == shown
    whole = line | shown
    assert str(bor.member_id) not in str(whole)
    assert "Bor" not in str(whole)


async def test_nobody_elses_postings_are_on_my_statement(town: Town) -> None:
    ana, bor, eva = [await town.member(name) for name in ("Ana", "Bor", "Eva")]
    await town.settled(ana, bor, 45)
    assert await eva.statement() == []
