"""The books prove themselves, and every kind of tampering is found by the check that should.

A tampering is done by a superuser with foreign keys off, in a transaction that is rolled back.
"""

from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.ledger.accounts import operations as accounts
from app.ledger.accounts.rules import Limits
from app.ledger.audit import SQL_CHECKS
from app.ledger.limits.operations import set_limits
from app.ledger.verifying import CHECKS, prove_in
from tests.doings import (
    account_id,
    books_are_whole,
    disputed,
    proof,
    resolved,
    sealed,
    sql,
    take,
)
from tests.tampering import SEEN_BY_NOTHING_ELSE, TAMPERINGS
from tests.town import Town, good, refused

TRIED_WITH_A_PARTNER = {"V13"}
"""It needs two banks: tests/api/test_partners.py tampers with both."""
BOOKS = (
    *("account", "account_change", "account_owner", "clearing", "deed", "hold", "hold_end"),
    *("posting", "reversal", "seal", "sealed_head"),
)
NAMED_AS_NOT_SEEN = {
    "account.created_at",
    "account_change.policy_ceiling_minutes",
    "account_change.policy_floor_minutes",
    *(f"deed.{name}" for name in ("effective_at", "kind", "passed_limits", "reference")),
    "deed.subject_id",
    *(f"hold.{name}" for name in ("account_id", "for_account_id", "hold_id", "minutes")),
    "posting.leg",
}
"""In docs/ledger.md, with when it is so."""
COLUMNS = """
    SELECT table_name, column_name, data_type, is_nullable = 'YES'
      FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = ANY(:tables) AND column_name <> 'bank_id'
     ORDER BY table_name, ordinal_position
"""
WRONGS = {
    "bigint": "{} + 1",
    "boolean": "NOT {}",
    "bytea": "sha256('wrong')",
    "text": "'wrong'",
    "timestamp with time zone": "{} - interval '1 us'",
    "uuid": "gen_random_uuid()",
}


@dataclass(frozen=True)
class Scene:
    """Books in which everything has happened once, and what tamperings name in them."""

    town: Town
    names: dict[str, UUID]


@pytest.fixture
async def scene(town: Town) -> Scene:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    await town.settled(ana, bor, minutes=60)
    await town.settled(bor, ana, minutes=25)
    wrong = await town.settled(ana, bor, minutes=90)
    good(await resolved(await town.staff("moderator"), await disputed(bor, wrong), "adjusted", 30))
    good(await take(bor, await town.accepted(ana, bor), "cancellation"))
    await town.accepted(ana, bor, minutes=40)
    good(await ana.post("/v1/donations", {"minutes": 5}, key="a donation"))
    good(await take(bor, await town.delivered(ana, bor, 10), "confirmation", key="a settlement"))
    await town.give(ana, 15)
    posted = await sql(town, "SELECT posting_id FROM posting ORDER BY posted_at, leg")
    order = [row["posting_id"] for row in posted]
    (fund,) = await sql(town, "SELECT account_id FROM account WHERE kind = 'fund'")
    cene, dana = [await account_id(town, await town.member(name)) for name in ("Cene", "Dana")]
    await _closed(town, cene)
    for limits in (Limits(-300, 900), Limits(-240, 800)):
        await _limited(town, dana, limits)
    people = {"ana": await account_id(town, ana), "bor": await account_id(town, bor), "dana": dana}
    places = {"first": order[0], "second": order[1], "alike": order[2], "last": order[-1]}
    return Scene(town, people | places | {"fund": fund["account_id"]})


async def _closed(town: Town, account: UUID) -> None:
    async with town.ground.database.begin() as session:
        work = town.ground.work(session)
        await accounts.close_account(work, town.bank_id, account, by=None)


async def _limited(town: Town, account: UUID, limits: Limits) -> None:
    async with town.ground.database.begin() as session:
        work = town.ground.work(session)
        await set_limits(
            work, town.bank_id, account, limits, if_match=None, by=None, reason="We agreed."
        )


async def test_whole_books_are_proved_and_shown_by_kind_of_account(scene: Scene) -> None:
    found = await proof(scene.town)
    assert (found["proved"], found["findings"], found["sum_minutes"]) == (True, [], 0)
    assert found["postings"] == 8
    assert found["checks"] == list(CHECKS)
    lines = {line["kind"]: line for line in found["trial_balance"]}
    assert {kind: line["accounts"] for kind, line in lines.items()} == {
        "fund": 1,
        "issuing": 1,
        "member": 4,
    }
    assert {kind: line["balance_minutes"] for kind, line in lines.items()} == {
        "fund": 5,
        "issuing": -15,
        "member": 10,
    }
    assert lines["member"]["held_minutes"] == 40


async def test_every_tampering_is_found_by_the_check_that_should_find_it(
    scene: Scene, superuser: AsyncSession
) -> None:
    missed: dict[str, set[str]] = {}
    for name, (check, statements) in TAMPERINGS.items():
        await superuser.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements.split(";"):
            known = {key: one for key, one in scene.names.items() if f":{key}" in statement}
            await superuser.execute(text(statement), known)
        found = {one.check for one in await prove_in(superuser, scene.town.bank_id, None)}
        await superuser.rollback()
        if found != {check} if check in SEEN_BY_NOTHING_ELSE else check not in found:
            missed[name] = found
    assert missed == {}
    tried = {check for check, _ in TAMPERINGS.values()} | TRIED_WITH_A_PARTNER
    assert tried == set(SQL_CHECKS)
    await books_are_whole(scene.town)


async def altered(scene: Scene, session: AsyncSession, rows_max: int) -> set[str]:
    """Columns of the books in which something can be altered so that the proof finds nothing."""
    unseen, sealer = set[str](), scene.town.app.state.sealer
    asked = text(COLUMNS).bindparams(tables=list(BOOKS))
    for table, column, kind, is_nullable in (await session.execute(asked)).all():
        rows = (await session.scalars(text(f"SELECT ctid::text FROM {table}"))).all()
        wrongs = [WRONGS[kind].format(column), *(["NULL"] if is_nullable else [])]
        for row, wrong in product(rows[:rows_max], wrongs):
            await session.execute(text("SET LOCAL session_replication_role = replica"))
            there = f"ctid = '{row}' AND {column} IS DISTINCT FROM {wrong} RETURNING 1"
            with suppress(IntegrityError):  # the database itself would not have it
                update = text(f"UPDATE {table} SET {column} = {wrong} WHERE {there}")
                if await session.scalar(update):
                    found = await prove_in(session, scene.town.bank_id, sealer)
                    unseen |= set() if found else {f"{table}.{column}"}
            await session.rollback()
    return unseen


@pytest.mark.parametrize("rows_max", [1, pytest.param(1_000, marks=pytest.mark.deep)])
async def test_whatever_is_altered_in_the_books_is_found_or_named_as_not(
    scene: Scene, superuser: AsyncSession, rows_max: int
) -> None:
    await sealed(scene.town)
    unseen = await altered(scene, superuser, rows_max)
    assert unseen - NAMED_AS_NOT_SEEN == set()
    if rows_max > 1:
        assert unseen == NAMED_AS_NOT_SEEN
    await books_are_whole(scene.town)


async def test_a_fault_is_shown_with_its_account_and_only_in_its_own_bank(scene: Scene) -> None:
    ana = scene.names["ana"]
    other = await Town.founded(scene.town.app, scene.town.client, "other")
    statement = "UPDATE account SET balance_minutes = balance_minutes + 60 WHERE account_id = $1"
    await sql(scene.town, statement, ana)
    found = await proof(scene.town)
    assert (found["proved"], found["sum_minutes"]) == (False, 60)
    faults = {(one["check"], one["subject_id"]) for one in found["findings"]}
    assert faults == {("V1", str(scene.town.bank_id)), ("V3b", str(ana))}
    assert all(one["detail"] for one in found["findings"])
    await books_are_whole(other)


async def test_a_proof_that_does_not_show_every_finding_says_so(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Ana", "Bor", "Cene"):
        await town.member(name, minutes=60)
    await sql(town, "UPDATE posting SET posted_at = posted_at + interval '1 hour'")
    monkeypatch.setattr("app.ledger.audit.FINDINGS_MAX", 1)
    found = (await proof(town))["findings"]
    for check in ("V6", "V8"):
        *_, last = [one["detail"] for one in found if one["check"] == check]
        assert last == "there are more of these: the first 1 are shown"


async def test_only_auditors_and_admins_read_the_proof(town: Town) -> None:
    path = "/v1/ledger/verification"
    for person in (await town.member(), await town.applicant(), await town.staff("coordinator")):
        refused(await person.get(path), 404, "not-found")
    refused(await town.client.get(path), 401, "not-authenticated")
    assert good(await (await town.staff("admin")).get(path))["proved"]
