import re

import pytest

from tests.doings import (
    account_id,
    books_are_whole,
    disputed,
    resolved,
    sql,
    stand,
    status_of,
    take,
)
from tests.source import ROOT
from tests.town import JSON, Person, Town, good, refused

PICTURE = ROOT / "docs" / "ledger.md"
POSTINGS = """
    SELECT d.kind, p.minutes, p.debit_account_id = $1 AS from_giver,
           o.minutes AS reversed_minutes, od.kind AS reversed_kind
      FROM posting p JOIN deed d USING (bank_id, deed_id)
      LEFT JOIN posting o ON o.posting_id = p.reverses_posting_id
      LEFT JOIN deed od ON od.deed_id = o.deed_id
     WHERE d.subject_id IS NOT NULL ORDER BY p.posted_at, p.leg
"""
HOLD_ENDS = "SELECT outcome FROM hold_end"
FIRST = ("settlement", 90, False, None, None)
BACK = ("correction", 90, True, 90, "settlement")


async def _postings(town: Town, giver: Person) -> list[tuple[object, ...]]:
    rows = await sql(town, POSTINGS, await account_id(town, giver))
    return [tuple(row.values()) for row in rows]


async def _decided(
    town: Town, exchange: JSON, opener: Person, outcome: str, minutes: int | None = None
) -> JSON:
    dispute = await disputed(opener, exchange)
    return good(await resolved(await town.staff("moderator"), dispute, outcome, minutes))


@pytest.mark.parametrize("since", ["accepted", "delivered"])
@pytest.mark.parametrize(
    ("outcome", "minutes", "moved"), [("as_agreed", None, 60), ("adjusted", 25, 25)]
)
async def test_held_hours_move_as_decided_and_the_rest_is_free(
    town: Town, since: str, outcome: str, minutes: int | None, moved: int
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await getattr(town, since)(ana, bor)
    decision = await _decided(town, exchange, bor, outcome, minutes)
    assert decision["minutes"] == moved
    assert (await stand(ana), await stand(bor)) == ((moved, 0, moved), (-moved, 0, -moved))
    assert await _postings(town, ana) == [("settlement", moved, False, None, None)]
    assert await sql(town, HOLD_ENDS) == [{"outcome": "settled"}]
    seen = good(await ana.get(f"/v1/exchanges/{exchange['id']}"))
    assert (seen["status"], seen["settled_minutes"]) == ("settled", moved)
    await books_are_whole(town)


@pytest.mark.parametrize("since", ["accepted", "delivered"])
async def test_void_frees_held_hours_and_cancels_the_exchange(town: Town, since: str) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await getattr(town, since)(ana, bor)
    assert (await _decided(town, exchange, ana, "void"))["minutes"] is None
    assert (await stand(ana), await stand(bor)) == ((0, 0, 0), (0, 0, 0))
    assert await _postings(town, ana) == []
    assert await sql(town, HOLD_ENDS) == [{"outcome": "released"}]
    assert await status_of(ana, exchange) == "cancelled"
    await books_are_whole(town)


@pytest.mark.parametrize(
    ("outcome", "minutes", "moved", "postings"),
    [
        ("as_agreed", None, 60, [FIRST, BACK, ("correction", 60, False, None, None)]),
        ("adjusted", 120, 120, [FIRST, BACK, ("correction", 120, False, None, None)]),
        ("adjusted", 90, 90, [FIRST]),
        ("void", None, None, [FIRST, ("reversal", *BACK[1:])]),
    ],
)
async def test_what_was_settled_is_put_right_by_a_reversal_linked_to_it(
    town: Town,
    outcome: str,
    minutes: int | None,
    moved: int | None,
    postings: list[tuple[object, ...]],
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.accepted(ana, bor, minutes=60)
    good(await take(ana, exchange, "delivery", {"minutes": 90}))
    good(await take(bor, exchange, "confirmation"))
    await _decided(town, exchange, bor, outcome, minutes)
    now = moved or 0
    assert (await stand(ana), await stand(bor)) == ((now, 0, now), (-now, 0, -now))
    assert await _postings(town, ana) == postings
    seen = good(await bor.get(f"/v1/exchanges/{exchange['id']}"))
    assert (seen["status"], seen["settled_minutes"]) == ("settled" if moved else "cancelled", moved)
    lines = await bor.statement()
    assert sum(line["minutes"] * (1 if line["direction"] == "in" else -1) for line in lines) == -now
    await books_are_whole(town)


async def _floor(person: Person) -> int:
    return int((await person.account())["floor_minutes"])


async def test_a_moderator_may_pass_the_floor_and_it_rises_again_as_the_member_gives(
    town: Town,
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.accepted(ana, bor, minutes=700)
    await _decided(town, exchange, ana, "adjusted", 800)
    assert await stand(bor) == (-800, 0, -800)
    assert await _floor(bor) == -800, "the floor in force never blocks what has happened"
    await _cannot_receive(town, ana, bor, 1)
    await town.settled(bor, ana, minutes=30)
    assert await _floor(bor) == -770, "what was given cannot be spent below the policy"
    await _cannot_receive(town, ana, bor, 1)
    await town.settled(bor, ana, minutes=100)
    assert (await stand(bor), await _floor(bor)) == ((-670, 0, -670), -720)
    await _cannot_receive(town, ana, bor, 51)
    await town.accepted(ana, bor, minutes=50)
    await books_are_whole(town)


async def test_a_reversal_may_take_the_giver_under_the_floor_openly(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.settled(ana, bor, minutes=60)
    await town.settled(bor, ana, minutes=700)
    held = await town.accepted(bor, ana, minutes=80)
    assert await stand(ana) == (-640, 80, -720)
    await _decided(town, exchange, bor, "void")
    assert await stand(ana) == (-700, 80, -780)
    assert await _floor(ana) == -780
    good(await take(bor, held, "delivery"))
    good(await take(ana, held, "confirmation"))
    assert await stand(ana) == (-780, 0, -780), "finished work is not refused for lack of hours"
    await books_are_whole(town)


async def test_an_outcome_leaves_other_exchanges_of_the_two_alone(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange, other = await town.delivered(ana, bor), await town.delivered(ana, bor)
    await _decided(town, exchange, bor, "void")
    assert await stand(bor) == (0, 60, -60)
    good(await take(bor, other, "confirmation"))
    assert await stand(bor) == (-60, 0, -60)


async def _cannot_receive(town: Town, giver: Person, receiver: Person, minutes: int) -> None:
    proposal = await town.proposed(giver, receiver, minutes=minutes)
    refused(await take(giver, proposal, "acceptance"), 409, "not-enough-hours")
    good(await take(giver, proposal, "decline"))


async def test_the_picture_of_one_exchange_through_the_books_is_true(town: Town) -> None:
    """The balances in the diagram of docs/ledger.md, at each of its places."""
    ana, bor = await town.member("Ana"), await town.member("Bor")

    async def now() -> tuple[int, int, int]:
        (balance, _, available), (anas, _, _) = await stand(bor), await stand(ana)
        return balance, available, anas

    before, exchange = await now(), await town.accepted(ana, bor)
    seen = [(before[0], before[2]), await now()]
    good(await take(ana, exchange, "delivery"))
    good(await take(bor, exchange, "confirmation"))
    seen.append(await now())
    dispute = await disputed(bor, exchange)
    assert await now() == seen[-1], "nothing moves before a moderator decides"
    good(await resolved(await town.staff("moderator"), dispute, "adjusted", 45))
    seen.append(await now())
    (picture,) = re.findall("```mermaid\n(.*?)```", PICTURE.read_text(), re.DOTALL)
    notes = re.findall("Note over Bor,Ana: (.*Bor .*)", picture)
    assert [tuple(map(int, re.findall(r"-?\d+", note))) for note in notes] == seen
    moved = [int(one) for one in re.findall(r"(\d+) (?:are held|move|go back)", picture)]
    assert moved == [60, 60, *(row[1] for row in (await _postings(town, ana))[1:])]
