"""Statements past SQLAlchemy's execution: in its transaction, heard, and with its errors."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Executable, bindparam, event, literal, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, IntegrityError, PendingRollbackError
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.bulk import insert_many
from app.kit.db import violated
from app.kit.fetching import fetch
from app.ledger.queries import _HOLDS, _LOCK_ACCOUNTS
from app.members.tables import Member
from app.notices.tables import Notice
from tests.town import Person, Town

ALIASES = select(Member.member_id, Member.alias).order_by(Member.alias)
RENAME = (
    update(Member).where(Member.member_id == bindparam("id")).values(alias=bindparam("new_alias"))
)
CANARY = "canary-alias"


@contextmanager
def counted(town: Town) -> Iterator[dict[str, int]]:
    """How many statements were heard, and how many of them SQLAlchemy executed."""
    count, engine = {"heard": 0, "executed": 0}, town.ground.database.engine.sync_engine

    def hear(*_: Any) -> None:
        count["heard"] += 1

    def execute(*_: Any) -> None:
        count["executed"] += 1

    event.listen(engine, "before_cursor_execute", hear)
    event.listen(engine, "after_cursor_execute", execute)
    yield count
    event.remove(engine, "before_cursor_execute", hear)
    event.remove(engine, "after_cursor_execute", execute)


async def rename(session: AsyncSession, person: Person, alias: str) -> None:
    await fetch(session, RENAME, {"id": person.member_id, "new_alias": alias})


async def renamed(town: Town, person: Person, *names: str | None) -> None:
    """Give these names in turn in one transaction, which commits where None stands, and fails."""
    async with town.ground.database.begin() as session:
        for alias in names:
            await (rename(session, person, alias) if alias else session.commit())
        raise LookupError


async def fetched_twice(town: Town, first: Executable, second: Executable) -> None:
    async with town.ground.database.begin() as session:
        await fetch(session, first, {})
        await fetch(session, second, {})


async def inserted_twice(town: Town, row: Mapping[str, Any]) -> None:
    async with town.ground.database.begin() as session:
        await insert_many(session, Notice, [row])
        await insert_many(session, Notice, [row])


async def aliases(town: Town) -> list[str]:
    async with town.ground.database.read() as session:
        return [alias for _, alias in await fetch(session, ALIASES, {})]


async def test_only_the_first_statement_of_a_transaction_is_sqlalchemys(town: Town) -> None:
    ana = await town.member("Ana")
    with counted(town) as count:
        async with town.ground.database.begin() as session:
            for alias in ("A", "B", "C"):
                await rename(session, ana, alias)
    assert count == {"heard": 3, "executed": 1}
    assert await aliases(town) == ["C"]


async def test_what_goes_past_sqlalchemy_is_taken_back_with_the_rest(town: Town) -> None:
    ana = await town.member("Ana")
    with pytest.raises(LookupError):
        await renamed(town, ana, "A", "B")
    assert await aliases(town) == ["Ana"]


async def test_after_a_commit_on_the_way_a_new_transaction_begins(town: Town) -> None:
    ana = await town.member("Ana")
    with pytest.raises(LookupError):
        await renamed(town, ana, "A", "B", None, "C", "D")
    assert await aliases(town) == ["B"]


async def test_what_a_savepoint_takes_back_is_taken_back_on_this_way_too(town: Town) -> None:
    ana = await town.member("Ana")
    async with town.ground.database.begin() as session:
        await rename(session, ana, "A")
        with pytest.raises(LookupError):
            await renamed_within(session, ana, "B")
    assert await aliases(town) == ["A"]


async def renamed_within(session: AsyncSession, person: Person, alias: str) -> None:
    async with session.begin_nested():
        await rename(session, person, alias)
        raise LookupError


async def test_nothing_is_written_once_an_error_took_everything_back(town: Town) -> None:
    ana = await town.member("Ana")
    with pytest.raises(PendingRollbackError):
        await renamed_after_an_error(town, ana, "A")
    assert await aliases(town) == ["Ana"]


async def renamed_after_an_error(town: Town, person: Person, alias: str) -> None:
    async with town.ground.database.begin() as session:
        await fetch(session, ALIASES, {})
        session.add(Notice(bank_id=town.bank_id, notice_id=person.member_id))
        with suppress(IntegrityError):
            await session.flush()
        await rename(session, person, alias)


async def test_plain_reading_needs_no_transaction_and_no_execution(town: Town) -> None:
    await town.member("Ana")
    with counted(town) as count:
        assert await aliases(town) == ["Ana"]
    assert count == {"heard": 1, "executed": 0}


async def test_plain_reading_changes_nothing_on_this_way_either(town: Town) -> None:
    ana = await town.member("Ana")
    with pytest.raises(AssertionError, match="needs a transaction"):
        async with town.ground.database.read() as session:
            await rename(session, ana, "A")
    assert await aliases(town) == ["Ana"]


async def test_both_ways_give_the_same_rows(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await town.accepted(ana, bor)
    asked: list[tuple[Any, Mapping[str, Any]]] = [
        (ALIASES, {}),
        (_LOCK_ACCOUNTS, {"bank_id": town.bank_id, "account_ids": await accounts(town)}),
        (_HOLDS, {"bank_id": town.bank_id, "hold_ids": [UUID(exchange["id"])]}),
        (
            text("SELECT kind, created_at FROM notice WHERE bank_id = :bank_id ORDER BY notice_id"),
            {"bank_id": town.bank_id},
        ),
    ]
    for statement, values in asked:
        async with town.ground.database.begin() as session:
            usual = [tuple(row) for row in await fetch(session, statement, values)]
            with counted(town) as count:
                direct = [tuple(row) for row in await fetch(session, statement, values)]
        assert count == {"heard": 1, "executed": 0}
        assert usual == direct


async def accounts(town: Town) -> list[UUID]:
    async with town.ground.database.read() as session:
        rows = await fetch(session, text("SELECT account_id FROM account"), {})
    return [account_id for (account_id,) in rows]


async def test_what_sqlalchemy_has_to_translate_is_left_to_it(town: Town) -> None:
    statement = select(literal({"hours": 1}, JSONB))
    async with town.ground.database.begin() as session:
        await fetch(session, ALIASES, {})
        with counted(town) as count:
            rows = await fetch(session, statement, {})
    assert count == {"heard": 1, "executed": 1}
    assert list(rows) == [({"hours": 1},)]


async def test_a_broken_constraint_is_told_as_sqlalchemy_tells_it(town: Town) -> None:
    ana = await town.member("Ana")
    row = {
        "bank_id": town.bank_id,
        "notice_id": ana.member_id,
        "member_id": ana.member_id,
        "role": None,
        "kind": CANARY,
        "subject_id": ana.member_id,
        "created_at": town.ground.clock(),
    }
    with pytest.raises(IntegrityError) as caught:
        await inserted_twice(town, row)
    assert violated(caught.value) == "pk_notice"
    assert CANARY not in str(caught.value)


async def test_an_error_quotes_no_row(town: Town) -> None:
    with pytest.raises(IntegrityError) as caught:
        await fetched_twice(town, ALIASES, text(f"INSERT INTO notice (kind) VALUES ('{CANARY}')"))
    told = str(caught.value.orig)
    assert ("null value" in told, CANARY in told) == (True, False)


async def test_an_error_of_the_database_keeps_its_state(town: Town) -> None:
    with pytest.raises(DBAPIError) as caught:
        await fetched_twice(town, ALIASES, text("SELECT 1 / 0"))
    assert getattr(caught.value.orig, "sqlstate", None) == "22012"
