"""Hours to a giver in another bank: two deeds in two banks, one effect, and no oracle."""

import asyncio
from itertools import chain

import pytest
from asyncpg import CheckViolationError
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.ids import new_id
from app.ledger.accounts.operations import close_account
from app.ledger.verifying import prove_in
from tests.doings import account_id, leaves, notices, sql
from tests.partnership import Side, partners
from tests.town import Town, good, refused


@pytest.fixture
async def pair(town: Town) -> tuple[Side, Side]:
    return await partners(town)


async def test_hours_go_to_the_giver_in_the_other_bank(pair: tuple[Side, Side]) -> None:
    here, there = pair
    transfer = await here.sent(there)
    assert (await here.balance(), await here.cleared()) == (540, (60, 60))
    assert await here.findings() | await there.findings() == set()
    await here.deliver(transfer)
    assert (await there.balance(), await there.cleared()) == (660, (-60, 0))
    assert await here.findings() | await there.findings() == set()
    assert await here.status(transfer) == "sent"
    await here.conclude(transfer)
    assert (await here.status(transfer), await here.cleared()) == ("delivered", (60, 0))
    assert await here.findings() | await there.findings() == set()
    assert ("hours_sent", transfer["id"]) in await notices(here.member)
    assert ("hours_received", transfer["id"]) in await notices(there.member)
    assert ("transfer_ended", transfer["id"]) in await notices(here.coordinator)
    for side, kind in ((here, "transfer"), (there, "transfer_in")):
        line = (await side.member.statement())[0]
        assert (line["kind"], line["transfer_id"]) == (kind, transfer["id"])
        assert line["exchange_id"] is None
    assert await sql(here.town, "SELECT giver_id FROM transfer") == [{"giver_id": None}]


async def test_whatever_comes_twice_has_one_effect(pair: tuple[Side, Side]) -> None:
    here, there = pair
    first, again = [await here.post(there, key="once") for _ in range(2)]
    assert (first.status_code, first.json()) == (202, again.json())
    await asyncio.gather(*(here.deliver(first.json()) for _ in range(3)))
    await asyncio.gather(*(here.conclude(first.json()) for _ in range(3)))
    await here.conclude(first.json())
    await here.deliver(first.json())
    assert (await here.balance(), await there.balance()) == (540, 660)
    assert (await here.cleared(), await there.cleared()) == ((60, 0), (-60, 0))
    assert await here.findings() | await there.findings() == set()


async def test_each_step_is_two_transactions_as_the_banks_may_be_far_from_each_other(
    pair: tuple[Side, Side],
) -> None:
    here, there = pair
    transfer, commits = await here.sent(there), list[object]()
    engine = here.town.ground.database.engine.sync_engine
    count = commits.append
    event.listen(engine, "commit", count)
    await here.conclude(transfer)
    assert await here.cleared() == (60, 60), "nobody has decided yet"
    for step in (here.deliver, here.conclude):
        commits.clear()
        await step(transfer)
        assert len(commits) == 2, "the one bank is read before the other one is written"
    event.remove(engine, "commit", count)
    assert (await here.cleared(), await there.cleared()) == ((60, 0), (-60, 0))


async def test_the_other_bank_tells_nobody_who_is_a_member_there(pair: tuple[Side, Side]) -> None:
    here, there = pair
    applicant, gone = await there.town.applicant(), await there.town.member("Eva")
    await leaves(there.town, gone)
    givers = [there.member.member_id, new_id(), applicant.member_id, gone.member_id]
    sent = [await here.sent(there, 5, giver=giver) for giver in givers]
    alike = [{**one, "id": "", "sent_at": ""} for one in sent]
    assert alike == [alike[0]] * len(givers)
    for transfer in sent:
        await here.deliver(transfer)
        await here.conclude(transfer)
    path = "/v1/transfers/"
    ends = [good(await here.coordinator.get(path + transfer["id"])) for transfer in sent]
    delivered, unknown, waiting, left = [one["status"] for one in ends]
    assert (delivered, left) == ("delivered", "delivered"), "who was here once, may be so still"
    assert (unknown, waiting) == ("returned", "returned")
    assert {tuple(end) for end in ends} == {tuple(sent[0])}, "a refusal says no more"
    assert (await here.balance(), await here.cleared()) == (590, (10, 0))
    fund = "SELECT balance_minutes FROM account WHERE bank_id = $1 AND kind = 'fund'"
    assert await sql(there.town, fund, there.town.bank_id) == [{"balance_minutes": 5}]
    assert await here.findings() | await there.findings() == set()


async def test_each_bank_has_a_limit_of_its_own(pair: tuple[Side, Side]) -> None:
    here, there = pair
    await here.agree(there, ceiling=100)
    body = refused(await here.post(there, 101), 409, "over-partner-limit")
    assert body["left_minutes"] == 100
    await here.agree(there, ceiling=300)
    await there.agree(here, floor=-50)
    refusals = [await here.sent(there, 51), await here.sent(there, 50), await here.sent(there, 1)]
    for transfer in refusals:
        await here.deliver(transfer)
        await here.conclude(transfer)
    assert [await here.status(one) for one in refusals] == ["returned", "delivered", "returned"]
    await there.agree(here, floor=0)  # what happened stands; nothing more comes
    late = await here.sent(there, 1)
    await here.deliver(late)
    await here.conclude(late)
    assert (await here.status(late), await there.cleared()) == ("returned", (-50, 0))
    assert await here.findings() | await there.findings() == set()


async def test_the_database_itself_holds_the_clearing_account_to_what_was_agreed(
    pair: tuple[Side, Side],
) -> None:
    here, there = pair
    await here.sent(there)
    forced = "UPDATE account SET balance_minutes = 301 WHERE kind = 'clearing' AND bank_id = $1"
    with pytest.raises(CheckViolationError, match="ck_account_ceiling"):
        await sql(here.town, forced, here.town.bank_id)
    await here.agree(there, ceiling=10)
    limits = "SELECT ceiling_minutes, policy_ceiling_minutes FROM account"
    (row,) = await sql(
        here.town, f"{limits} WHERE kind = 'clearing' AND bank_id = $1", here.town.bank_id
    )
    assert tuple(row.values()) == (60, 10), "what happened stands, and nothing more goes there"
    assert await here.findings() == set()


async def test_an_agreement_needs_both_and_what_is_on_its_way_comes_back(
    town: Town, pair: tuple[Side, Side]
) -> None:
    here, there = pair
    under_way = await here.sent(there)
    path = f"/v1/partners/{here.town.slug}"
    assert (await there.admin.delete(path)).status_code == 204
    refused(await here.post(there), 409, "not-partners")
    shown = good(await here.admin.get("/v1/partners"))["items"]
    assert [(one["is_agreed"], one["is_agreed_by_partner"]) for one in shown] == [(True, False)]
    await here.deliver(under_way)
    await here.conclude(under_way)
    assert (await here.status(under_way), await here.balance()) == ("returned", 600)
    assert (await here.cleared(), await there.cleared()) == ((0, 0), (0, 0))
    assert ("hours_returned", under_way["id"]) in await notices(here.member)
    nowhere = {"floor_minutes": 0, "ceiling_minutes": 0}
    refused(await here.admin.ask("PUT", "/v1/partners/nowhere", json=nowhere), 404, "not-found")
    refused(await here.admin.ask("PUT", path, json=nowhere), 409, "own-bank")
    refused(await here.admin.delete("/v1/partners/nowhere"), 404, "not-found")
    refused(await there.post(here), 409, "not-partners")
    assert await here.findings() | await there.findings() == set()


async def test_hours_that_come_back_to_a_closed_account_go_to_the_fund(
    pair: tuple[Side, Side],
) -> None:
    here, there = pair
    transfer = await here.sent(there, giver=new_id())
    await here.deliver(transfer)
    mine = await account_id(here.town, here.member)
    async with here.town.ground.database.begin() as session:
        work = here.town.ground.work(session)
        await close_account(work, here.town.bank_id, mine, by=None)
    await here.conclude(transfer)
    asked = "SELECT balance_minutes AS minutes FROM account WHERE bank_id = $1 AND kind = 'fund'"
    assert await sql(here.town, asked, here.town.bank_id) == [{"minutes": 600}]
    assert (await here.status(transfer), await here.cleared()) == ("returned", (0, 0))
    assert await here.findings() == set()


async def test_a_bank_has_so_many_partners_and_no_more(
    town: Town, pair: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = pair
    monkeypatch.setattr("app.partners.operations.PARTNERS_MAX", 1)
    await Town.founded(town.app, town.client, "tretja")
    limits = {"floor_minutes": -60, "ceiling_minutes": 60}
    answer = await here.admin.ask("PUT", "/v1/partners/tretja", json=limits)
    assert refused(answer, 409, "too-many-partners")["partners_max"] == 1
    await here.agree(there, ceiling=10)
    assert await sql(town, "SELECT FROM clearing WHERE bank_id = $1", here.town.bank_id) == [{}]


async def test_a_coordinator_sends_for_others_and_only_what_is_there(
    pair: tuple[Side, Side],
) -> None:
    here, there = pair
    refused(await here.post(there, 6000), 409, "over-partner-limit")
    await here.agree(there, ceiling=6000)
    refused(await here.post(there, 6000), 409, "not-enough-hours")
    await leaves(here.town, here.member)
    refused(await here.post(there), 404, "not-found")
    here.member.member_id = new_id()
    refused(await here.post(there), 404, "not-found")
    assert await sql(here.town, "SELECT FROM transfer") == []
    assert await sql(here.town, "SELECT FROM pgqueuer") == []


TAMPERINGS = {
    "the hold of what is on its way is ended by hand": """
        WITH made AS (INSERT INTO deed
             SELECT (jsonb_populate_record(d, jsonb_build_object(
                        'deed_id', gen_random_uuid(), 'reference', 'made up'))).*
               FROM hold h JOIN deed d USING (bank_id, deed_id)
              WHERE h.bank_id = :here RETURNING *),
          ended AS (INSERT INTO hold_end (bank_id, hold_id, deed_id, outcome, ended_at)
             SELECT h.bank_id, h.hold_id, made.deed_id, 'released', h.posted_at
               FROM hold h, made WHERE h.bank_id = :here RETURNING *)
        UPDATE account SET held_minutes = 0, floor_minutes = policy_floor_minutes
         WHERE kind = 'clearing'
    """,
    "hours are said to be of another transfer": "UPDATE deed SET subject_id = gen_random_uuid()"
    " WHERE kind = 'transfer_in'",
}


async def test_the_proof_of_either_bank_notices_when_the_two_do_not_mirror_each_other(
    pair: tuple[Side, Side], superuser: AsyncSession
) -> None:
    here, there = pair
    arrived = await there.sent(here, 20)
    await there.deliver(arrived)
    await there.conclude(arrived)
    await sql(here.town, "DELETE FROM pgqueuer")
    await here.sent(there, 30)
    assert await here.findings() | await there.findings() == set()
    for kind in ("transfer", "transfer_in", "transfer_delivered"):
        renamed = f"UPDATE deed SET reference = 'again ' || deed_id WHERE kind = '{kind}'"
        await superuser.execute(text(renamed))
        faults = [await prove_in(superuser, side.town.bank_id, None) for side in pair]
        await superuser.rollback()
        assert {one.check for one in chain(*faults)} == {"V15"}, "it could be done once more"
    for what, statement in TAMPERINGS.items():
        await superuser.execute(text("SET LOCAL session_replication_role = replica"))
        known = {"here": here.town.bank_id} if ":here" in statement else {}
        await superuser.execute(text(statement), known)
        sealer = here.town.app.state.sealer
        found = [
            {one.check for one in await prove_in(superuser, side.town.bank_id, sealer)}
            for side in pair
        ]
        await superuser.rollback()
        assert all("V13" in checks for checks in found), what
        assert found[0] - {"V6", "V15"} == {"V13"}, "no balance and no hold shows it"
