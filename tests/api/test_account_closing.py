import asyncio
from uuid import UUID

import pytest
from asyncpg import CheckViolationError
from httpx import Response

from app.kit.errors import AppError, NotFound
from app.ledger.accounts import operations as accounts
from app.ledger.accounts.rules import HoursHeld, Limits
from app.ledger.limits.operations import set_limits
from app.ledger.rules import AccountClosed
from tests.doings import (
    NOWHERE,
    account_id,
    books_are_whole,
    proof,
    sql,
    stand,
    take,
    until,
)
from tests.town import Person, Town, good, refused

MOVED = """
    SELECT d.kind, p.minutes, da.kind AS giver, ca.kind AS receiver
      FROM posting p JOIN deed d USING (bank_id, deed_id)
      JOIN account da ON da.account_id = p.debit_account_id
      JOIN account ca ON ca.account_id = p.credit_account_id
     WHERE d.kind LIKE 'closing%'
"""
RECORD = "SELECT number, kind FROM account_change WHERE account_id = $1 ORDER BY number"


async def _close(town: Town, account: UUID, by: UUID | None = None) -> None:
    async with town.ground.database.begin() as session:
        work = town.ground.work(session)
        await accounts.close_account(work, town.bank_id, account, by=by, reason="They moved away.")


async def _donates(person: Person, minutes: int) -> Response:
    return await person.post("/v1/donations", {"minutes": minutes})


@pytest.mark.parametrize(
    ("minutes", "moved"),
    [
        (90, [("closing", 90, "member", "fund")]),
        (-45, [("closing_cover", 45, "issuing", "member")]),
        (0, []),
    ],
)
async def test_what_is_left_goes_to_the_fund_and_what_is_missing_is_covered(
    town: Town, minutes: int, moved: list[tuple[str, int, str, str]]
) -> None:
    ana = await town.member("Ana", minutes=minutes)
    mine = await account_id(town, ana)
    await _close(town, mine, by=ana.login_id)
    assert await stand(ana) == (0, 0, 0)
    assert [tuple(row.values()) for row in await sql(town, MOVED)] == moved
    assert await sql(town, RECORD, mine) == [{"number": 1, "kind": "closed"}]
    (noted,) = await sql(town, "SELECT done_by, reason_sealed FROM deed_note")
    assert noted["done_by"] == ana.login_id
    assert b"moved away" not in noted["reason_sealed"]
    await sql(town, "DELETE FROM deed_note")
    await books_are_whole(town)


async def test_an_account_with_reserved_hours_stays_open(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor", minutes=100)
    exchange = await town.delivered(ana, bor, minutes=60)
    for person in (ana, bor):  # whose they are, and whom they are for
        with pytest.raises(HoursHeld) as refusal:
            await _close(town, await account_id(town, person))
        assert refusal.value.facts == {"held_minutes": 60}
    assert await stand(bor) == (100, 60, 40)
    good(await take(bor, exchange, "confirmation"))
    await _close(town, await account_id(town, bor))
    await books_are_whole(town)


async def test_nothing_moves_or_is_held_on_a_closed_account(town: Town) -> None:
    ana, bor = await town.member("Ana", minutes=30), await town.member("Bor")
    mine = await account_id(town, ana)
    receiving, giving = await town.proposed(bor, ana), await town.proposed(ana, bor)
    await _close(town, mine)
    refused(await _donates(ana, 5), 409, "account-closed")
    refused(await take(bor, receiving, "acceptance"), 409, "account-closed")
    refused(await take(ana, giving, "acceptance"), 409, "account-closed")
    for change in ("balance_minutes = 1", "held_in_minutes = 1", "seq = seq + 2"):
        with pytest.raises(CheckViolationError, match="closed_is_still"):
            await sql(town, f"UPDATE account SET {change} WHERE account_id = $1", mine)
    assert await stand(ana) == (0, 0, 0)
    await books_are_whole(town)


async def test_only_a_members_account_that_is_open_is_closed(town: Town) -> None:
    mine = await account_id(town, await town.member("Ana"))
    fund = (await sql(town, "SELECT account_id FROM account WHERE kind = 'fund'"))[0]["account_id"]
    await _close(town, mine)
    with pytest.raises(AccountClosed):
        await _close(town, mine)
    for stranger in (fund, NOWHERE):
        with pytest.raises(NotFound):
            await _close(town, stranger)


async def test_a_closing_that_races_with_gifts_loses_no_minute(town: Town) -> None:
    ana = await town.member("Ana", minutes=100)
    mine = await account_id(town, ana)
    answers = await asyncio.gather(
        *(_donates(ana, 7) for _ in range(4)),
        _close(town, mine),
        _close(town, mine),
        *(_donates(ana, 7) for _ in range(4)),
        return_exceptions=True,
    )
    closings = [one for one in answers if not isinstance(one, Response)]
    assert sorted(map(str, closings)) == ["AccountClosed", "None"]
    assert all(isinstance(one, AppError) for one in closings if one)
    donated = [one for one in answers if isinstance(one, Response)]
    assert {one.status_code for one in donated} <= {201, 409}
    assert await stand(ana) == (0, 0, 0)
    (fund,) = await sql(town, "SELECT balance_minutes FROM account WHERE kind = 'fund'")
    assert fund["balance_minutes"] == 100
    await books_are_whole(town)


async def test_limits_that_race_with_a_closing_leave_the_closed_account_alone(town: Town) -> None:
    ana, _ = await town.member("Ana", minutes=60), await town.member("Bor")
    mine = await account_id(town, ana)
    admin, desk = await town.staff("admin"), await town.staff("coordinator")
    why = {"reason": "We agreed on it.", "floor_minutes": -60}
    async with town.ground.database.begin() as session:
        work = town.ground.work(session)
        await accounts.close_account(work, town.bank_id, mine, by=None)
        asked = [
            asyncio.create_task(person.patch(path, why))
            for person, path in (
                (admin, "/v1/bank/limits"),
                (desk, f"/v1/members/{ana.member_id}/limits"),
            )
        ]
        await until(lambda: _waiting(town, len(asked)))
    for_bank, for_ana = await asyncio.gather(*asked)
    good(for_bank)
    refused(for_ana, 409, "account-closed")
    assert await sql(town, RECORD, mine) == [{"number": 1, "kind": "closed"}]
    floors = "SELECT policy_floor_minutes AS floor FROM account WHERE kind = 'member' ORDER BY 1"
    assert [row["floor"] for row in await sql(town, floors)] == [-720, -60]
    await books_are_whole(town)


async def test_limits_of_ones_own_that_race_with_the_banks_are_kept(town: Town) -> None:
    ana, _ = await town.member("Ana", minutes=60), await town.member("Bor")
    admin, by = await town.staff("admin"), ana.login_id
    mine, own = await account_id(town, ana), Limits(-60, None)
    async with town.ground.database.begin() as session:
        work = town.ground.work(session)
        await set_limits(work, town.bank_id, mine, own, if_match=None, by=by, reason="Agreed.")
        body = {"reason": "We agreed on it.", "floor_minutes": -600}
        asked = asyncio.create_task(admin.patch("/v1/bank/limits", body))
        await until(lambda: _waiting(town, 1))  # it has seen that Ana follows, and waits for her
    good(await asked)
    limits = "SELECT policy_floor_minutes AS floor, has_own_limits AS own FROM account"
    found = await sql(town, f"{limits} WHERE kind = 'member' ORDER BY 1")
    assert found == [{"floor": -600, "own": False}, {"floor": -60, "own": True}]
    assert await sql(town, RECORD, mine) == [{"number": 1, "kind": "limits"}]
    await books_are_whole(town)


async def _waiting(town: Town, count: int) -> bool:
    """Whether so many wait for locks."""
    waits = await sql(town, "SELECT DISTINCT pid FROM pg_locks WHERE NOT granted")
    return len(waits) >= count


async def test_a_hold_that_ends_while_the_account_closes_ends_before_or_not(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor", minutes=60)
    exchange = await town.delivered(ana, bor)
    theirs = await account_id(town, bor)
    confirmed, closed = await asyncio.gather(
        take(bor, exchange, "confirmation"), _close(town, theirs), return_exceptions=True
    )
    assert isinstance(confirmed, Response)
    good(confirmed)
    assert closed is None or isinstance(closed, HoursHeld)
    assert await stand(bor) == (0, 0, 0)
    await books_are_whole(town)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE account SET closed_at = NULL, closed_seq = NULL",
        "UPDATE account SET closed_at = closed_at + interval '1 hour'",
        "UPDATE account_change SET number = 2",
        "UPDATE account_change SET kind = 'limits', policy_floor_minutes = -720",
    ],
)
async def test_a_closing_that_was_tampered_with_is_found(town: Town, tampering: str) -> None:
    mine = await account_id(town, await town.member("Ana"))
    await _close(town, mine)
    await sql(town, tampering)
    found = (await proof(town))["findings"]
    by_record = {(one["check"], one["subject_id"]) for one in found if one["check"] != "V15"}
    assert by_record == {("V14", str(mine))}, "a number is in the name of its deed, too"
