"""What a bank gives everybody to begin with: from the issuing account, once, the same for all."""

import pytest
from asyncpg import CheckViolationError
from sqlalchemy.exc import IntegrityError

from app.members import operations as members
from tests.doings import account_id, books_are_whole, sql
from tests.town import Person, Town, good, refused

WHY = {"reason": "The meeting of members decided it."}
APPROVED = {"reason": "We met at the library."}


async def gives(admin: Person, minutes: int) -> None:
    good(await admin.patch("/v1/bank", WHY | {"opening_credit_minutes": minutes}))


async def approved(town: Town, desk: Person, person: Person) -> None:
    assert person.member_id is not None
    async with town.ground.database.begin() as session:
        caller = await town.caller_of(desk)
        await members.approve(town.ground.work(session), caller, person.member_id, reason=None)


async def balances(town: Town) -> dict[str, int]:
    """The sum of the balances of each kind of account."""
    asked = "SELECT kind, sum(balance_minutes)::int AS minutes FROM account GROUP BY kind"
    return {row["kind"]: row["minutes"] for row in await sql(town, asked)}


async def test_who_becomes_a_member_gets_what_the_bank_gives_from_the_issuing_account(
    town: Town,
) -> None:
    before = await town.member("Ana")
    admin, desk = await town.staff("admin"), await town.staff("coordinator")
    await gives(admin, 90)
    assert good(await town.client.get("/v1/bank"))["opening_credit_minutes"] == 90
    (change, *_) = good(await admin.get("/v1/bank/changes"))["items"]
    assert (change["before"], change["after"]) == (
        {"opening_credit_minutes": 0},
        {"opening_credit_minutes": 90},
    )
    bor, cene = await town.applicant("Bor"), await town.applicant("Cene")
    path = f"/v1/applications/{bor.member_id}/approval"
    answers = [await desk.post(path, APPROVED, key="once") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    refused(await desk.post(path, APPROVED), 409, "application-decided")
    good(await desk.post(f"/v1/applications/{cene.member_id}/rejection", APPROVED))
    (line,) = await bor.statement()
    shown = ("kind", "direction", "minutes", "balance_after_minutes", "counterpart_alias")
    assert [line[name] for name in shown] == ["opening", "in", 90, 90, None]
    assert await before.statement() == [], "who is a member already gets nothing"
    assert await balances(town) == {"fund": 0, "issuing": -90, "member": 90}
    await gives(admin, 0)
    assert await (await town.member("Dana")).statement() == []
    await books_are_whole(town)


async def test_nobody_is_given_it_twice_even_if_they_were_let_in_again(town: Town) -> None:
    await gives(await town.staff("admin"), 60)
    ana, desk = await town.member("Ana"), await town.staff("admin")
    undone = "SET status = 'applicant', account_id = NULL, decided_at = NULL, decided_by = NULL"
    await sql(town, f"UPDATE member {undone}")
    with pytest.raises(IntegrityError, match="uq_account_owner_bank_id_member_id"):
        await approved(town, desk, ana)
    await sql(town, "DELETE FROM account_owner")
    with pytest.raises(IntegrityError, match="uq_deed_bank_id_reference"):
        await approved(town, desk, ana)
    (row,) = await sql(town, "SELECT status, account_id FROM member")
    assert (row["status"], row["account_id"]) == ("applicant", None), "both, or neither"
    assert await balances(town) == {"fund": 0, "issuing": -60, "member": 60}


async def test_what_is_given_has_bounds_and_fits_under_the_ceiling(town: Town) -> None:
    admin = await town.staff("admin")
    for wrong in (-1, 1_201, "60", 1.5):
        body = WHY | {"opening_credit_minutes": wrong}
        refused(await admin.patch("/v1/bank", body), 422, "unfit")
    await gives(admin, 120)
    low = WHY | {"ceiling_minutes": 119}
    body = refused(await admin.patch("/v1/bank/limits", low), 409, "opening-over-ceiling")
    assert (body["opening_credit_minutes"], body["ceiling_minutes"]) == (120, 119)
    good(await admin.patch("/v1/bank/limits", WHY | {"ceiling_minutes": 120}))
    more = WHY | {"opening_credit_minutes": 121}
    refused(await admin.patch("/v1/bank", more), 409, "opening-over-ceiling")
    ana = await town.member("Ana")
    assert (await ana.account())["balance_minutes"] == 120
    with pytest.raises(CheckViolationError, match="ck_bank_opening_credit"):
        await sql(town, "UPDATE bank SET opening_credit_minutes = 121")
    (row,) = await sql(
        town,
        "SELECT ceiling_minutes FROM account WHERE account_id = $1",
        await account_id(town, ana),
    )
    assert row["ceiling_minutes"] == 120
    await books_are_whole(town)
