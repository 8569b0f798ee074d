"""What the database itself refuses, whoever asks and whatever the program does."""

import struct
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from app.kit.ground import Ground
from app.ledger.operations import Posted
from app.ledger.verifying import prove
from app.store import migrate
from tests.doings import account_id, disputed, resolved, sql
from tests.property.books import Asked, Books, Move
from tests.town import Town, good

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
APPEND_ONLY = ("posting", "deed", "hold", "hold_end", "reversal", "account_owner")
FORBIDDEN = (
    "UPDATE {} SET bank_id = bank_id",
    "DELETE FROM {}",
    "TRUNCATE {} CASCADE",
    "SELECT FROM {} FOR UPDATE",
    "ALTER TABLE {} DISABLE TRIGGER ALL",
    "DROP TABLE {}",
)
POSTING = """
    INSERT INTO posting (bank_id, posting_id, deed_id, leg, debit_account_id, credit_account_id,
                         minutes, debit_seq, credit_seq, debit_balance_minutes,
                         credit_balance_minutes, posted_at, reverses_posting_id)
    VALUES ($1, $2, $3, 9, $4, $5, $6, $7, 99, 0, 0, now(), $8)
"""
REVERSAL = """
    INSERT INTO reversal (bank_id, original_id, number, posting_id, original_minutes,
                          previous_number, minutes, before_minutes, after_minutes)
    SELECT bank_id, original_id, 2, original_id, original_minutes, $1, $2, $3, $4 FROM reversal
"""
CEILING = "ck_account_ceiling"
LIMITS = (
    ("balance_minutes = -750", "ck_account_floor"),
    ("held_minutes = 6000", "ck_account_floor"),
    ("held_minutes = -1", "ck_account_held"),
    ("held_in_minutes = -1", "ck_account_held_in"),
    ("ceiling_minutes = 100, policy_ceiling_minutes = 100, balance_minutes = 101", CEILING),
    ("ceiling_minutes = 100, policy_ceiling_minutes = 100, held_in_minutes = 200", CEILING),
    ("ceiling_minutes = 100, policy_ceiling_minutes = 101", f"{CEILING}_not_under_policy"),
    ("ceiling_minutes = 100", f"{CEILING}_not_under_policy"),
    ("floor_minutes = 1, balance_minutes = 100", "ck_account_floor_not_above_zero"),
    ("balance_minutes = 4611686018427387905", "ck_account_no_overflow"),
    ("kind = 'cash'", "ck_account_kind"),
    ("seq = -1", "ck_account_seq"),
)


@dataclass(frozen=True)
class Scene:
    """Books with a reversal, an ended and an open hold."""

    town: Town
    deed: UUID
    ana: UUID
    bor: UUID

    def posting(self, **changes: Any) -> list[Any]:
        """The values of a posting that would be good, but for what is changed."""
        good_one = {
            "bank_id": self.town.bank_id,
            "posting_id": uuid4(),
            "deed_id": self.deed,
            "debit": self.bor,
            "credit": self.ana,
            "minutes": 60,
            "debit_seq": 99,
            "reverses": None,
        }
        return list((good_one | changes).values())


@pytest.fixture
async def scene(town: Town) -> Scene:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    wrong = await town.settled(ana, bor)
    good(await resolved(await town.staff("moderator"), await disputed(bor, wrong), "adjusted", 30))
    await town.accepted(ana, bor)
    (deed,) = await sql(town, "SELECT deed_id FROM deed WHERE kind = 'settlement'")
    accounts = await account_id(town, ana), await account_id(town, bor)
    return Scene(town, deed["deed_id"], *accounts)


async def _connected(url: str) -> Connection:
    return await asyncpg.connect(url.replace("+asyncpg", ""), timeout=10)


@pytest.fixture
async def application(urls: migrate.Urls) -> AsyncIterator[Connection]:
    connection = await _connected(urls.application)
    yield connection
    await connection.close()


@pytest.fixture
async def owner(urls: migrate.Urls) -> AsyncIterator[Connection]:
    connection = await _connected(urls.owner)
    yield connection
    await connection.close()


async def test_the_program_cannot_change_or_delete_what_was_written(
    scene: Scene, application: Connection
) -> None:
    for table, statement in product(APPEND_ONLY, FORBIDDEN):
        assert await application.fetchval(f"SELECT count(*) FROM {table}") > 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await application.execute(statement.format(table))


async def test_the_program_cannot_delete_an_account_or_make_itself_mightier(
    scene: Scene, application: Connection
) -> None:
    for statement in (
        "DELETE FROM account",
        "TRUNCATE account CASCADE",
        "ALTER TABLE account DROP CONSTRAINT ck_account_floor",
        f"SET ROLE {migrate.OWNER_ROLE}",
        "SET session_replication_role = replica",
        "CREATE TABLE trap ()",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await application.execute(statement)


async def test_not_even_the_owner_can_write_a_posting_that_is_none(
    scene: Scene, owner: Connection
) -> None:
    other = await Town.founded(scene.town.app, scene.town.client, "other")
    refusals: list[tuple[dict[str, Any], str]] = [
        ({"minutes": 0}, "ck_posting_minutes"),
        ({"minutes": -60}, "ck_posting_minutes"),
        ({"minutes": 2**40 + 1}, "ck_posting_minutes"),
        ({"credit": scene.bor}, "ck_posting_two_accounts"),
        ({"debit_seq": 0}, "ck_posting_seq"),
        ({"debit_seq": 1}, "uq_posting_bank_id_debit_account_id_debit_seq"),
        ({"debit": uuid4()}, "fk_posting_bank_id_debit_account_id"),
        ({"deed_id": uuid4()}, "fk_posting_bank_id_deed_id"),
        ({"bank_id": other.bank_id}, "fk_posting_bank_id_"),
        ({"reverses": uuid4()}, "fk_posting_bank_id_reverses_posting_id"),
    ]
    for change, constraint in refusals:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refusal:
            await owner.execute(POSTING, *scene.posting(**change))
        assert str(refusal.value.constraint_name).startswith(constraint), change
    for column in ("debit_account_id", "credit_account_id", "minutes", "deed_id"):
        with pytest.raises(asyncpg.NotNullViolationError):
            await owner.execute(f"UPDATE posting SET {column} = NULL")
    await owner.execute(POSTING, *scene.posting())


async def test_no_statement_takes_an_account_past_its_limits(
    scene: Scene, application: Connection
) -> None:
    for change, constraint in LIMITS:
        with pytest.raises(asyncpg.CheckViolationError) as refusal:
            await application.execute(
                f"UPDATE account SET {change} WHERE account_id = $1", scene.bor
            )
        assert refusal.value.constraint_name == constraint


async def test_a_hold_ends_once_and_a_deed_happens_once(
    scene: Scene, application: Connection
) -> None:
    for table, again, constraint in (
        ("hold_end", "bank_id, hold_id, deed_id, 'released', now()", "pk_hold_end"),
        (
            "deed",
            (
                "bank_id, gen_random_uuid(), kind, reference, subject_id, posted_at, passed_limits,"
                " effective_at"
            ),
            "uq_deed_bank_id_reference",
        ),
    ):
        with pytest.raises(asyncpg.UniqueViolationError) as refusal:
            await application.execute(f"INSERT INTO {table} SELECT {again} FROM {table}")
        assert refusal.value.constraint_name == constraint


async def test_a_part_begins_where_the_one_before_ended_and_none_ends_beyond_the_original(
    scene: Scene, application: Connection
) -> None:
    parts = await sql(scene.town, "SELECT after_minutes, original_minutes FROM reversal")
    assert parts == [{"after_minutes": 60, "original_minutes": 60}]
    for values, constraint in (
        ((1, 10, 60, 70), "ck_reversal_within_original"),
        ((1, 0, 60, 60), "ck_reversal_within_original"),
        ((1, 10, 60, 60), "ck_reversal_within_original"),
        ((1, 10, 50, 60), "fk_reversal_chain"),
        ((None, 10, 50, 60), "ck_reversal_follows"),
        ((2, 10, 50, 60), "ck_reversal_follows"),
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refusal:
            await application.execute(REVERSAL, *values)
        assert refusal.value.constraint_name == constraint, values


async def test_a_hold_is_of_some_minutes_and_ends_in_a_known_way(
    scene: Scene, application: Connection
) -> None:
    for statement in (
        """INSERT INTO hold
           SELECT bank_id, gen_random_uuid(), deed_id, account_id, 0, posted_at, for_account_id
             FROM hold LIMIT 1""",
        """INSERT INTO hold
           SELECT bank_id, gen_random_uuid(), deed_id, account_id, 9, posted_at, account_id
             FROM hold LIMIT 1""",
        """INSERT INTO hold_end SELECT bank_id, hold_id, deed_id, 'forgotten', posted_at
             FROM hold WHERE hold_id NOT IN (SELECT hold_id FROM hold_end)""",
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await application.execute(statement)


async def test_minutes_near_the_end_of_the_numbers_are_refused_whole(ground: Ground) -> None:
    books = await Books.opened(ground)
    issuer, member = 1, 4
    await books.settle([Asked((Move(issuer, member, 60),), None, None, passes=False)])
    async with ground.database.begin() as session:
        before = await books.rows(session)
    for minutes, passes in product((2**62, 2**63 - 1, 2**63, 2**64), (False, True)):
        asked = Asked((Move(issuer, member, minutes),), None, None, passes=passes)
        with suppress(DBAPIError, struct.error):
            (answer,) = await books.settle([asked])
            assert not isinstance(answer, Posted)
    async with ground.database.begin() as session:
        assert await books.rows(session) == before
    assert await prove(ground, books.bank_id, None) == []
