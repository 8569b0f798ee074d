"""History made fast: postings written in bulk by the law of the books, so that they prove."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from app.kit.ids import new_ordered_id
from app.ledger.chain import ChainedLeg, ChainedPosting, link
from benchmarks.place import SECONDS_MAX, Place

ROWS: Final = 20_000
STEP: Final = timedelta(microseconds=1)
"""Between postings: the whole history lies before the moment at which it is finished."""
KIND: Final = "donation"
_DEED: Final = (
    "bank_id",
    "deed_id",
    "kind",
    "reference",
    "posted_at",
    "effective_at",
    "passed_limits",
)
_POSTING: Final = (
    "bank_id",
    "posting_id",
    "deed_id",
    "leg",
    "debit_account_id",
    "credit_account_id",
    "minutes",
    "debit_seq",
    "credit_seq",
    "debit_balance_minutes",
    "credit_balance_minutes",
    "posted_at",
)
_UPDATE: Final = """
    UPDATE account SET balance_minutes = now.balance, seq = now.seq,
           posted_at = now.posted_at, head = now.head
      FROM unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::bytea[])
           AS now (account_id, balance, seq, posted_at, head)
     WHERE account.bank_id = $1 AND account.account_id = now.account_id
"""


@dataclass(slots=True)
class _State:
    balance: int
    seq: int
    posted_at: datetime
    head: bytes


@dataclass(frozen=True)
class History:
    """When the written history begins and ends."""

    begins_at: datetime
    ends_at: datetime

    def somewhere(self, chance: random.Random) -> datetime:
        """A moment of it."""
        return self.begins_at + (self.ends_at - self.begins_at) * chance.random()


@dataclass
class _Books:
    """The accounts while their history is written."""

    bank_id: UUID
    at: datetime
    states: dict[UUID, _State]

    def post(self, debit_id: UUID, credit_id: UUID) -> tuple[tuple[object, ...], ...]:
        """One minute from one account to another: the rows of its deed and its posting."""
        self.at += STEP
        deed_id, posting_id = new_ordered_id(self.at), new_ordered_id(self.at)
        said = ChainedPosting(self.bank_id, posting_id, deed_id, KIND, self.at, self.at, None, None)
        packed = said.packed()
        for account_id, change in ((debit_id, -1), (credit_id, 1)):
            state = self.states[account_id]
            state.balance, state.seq = state.balance + change, state.seq + 1
            leg = ChainedLeg(account_id, change, state.seq, state.balance)
            state.head, state.posted_at = link(state.head, leg.digest(packed)), self.at
        sides = (debit_id, credit_id)
        seqs = (self.states[one].seq for one in sides)
        balances = (self.states[one].balance for one in sides)
        return (
            (self.bank_id, deed_id, KIND, f"{KIND}:{deed_id}", self.at, self.at, False),
            (self.bank_id, posting_id, deed_id, 1, *sides, 1, *seqs, *balances, self.at),
        )


async def fill(
    place: Place, database: str, bank_id: UUID, accounts: list[UUID], count: int, hot: UUID
) -> History:
    """Write this many postings between these accounts; every tenth reaches the hot one."""
    connection = await place.connect(database)
    try:
        books = await _read(connection, bank_id)
        begins_at, chance = books.at, random.Random(count)
        for begin in range(0, count, ROWS):
            rows = [
                books.post(*_pair(chance, accounts, hot, number))
                for number in range(begin, min(begin + ROWS, count))
            ]
            for table, columns, place_in in (("deed", _DEED, 0), ("posting", _POSTING, 1)):
                some = [row[place_in] for row in rows]
                await connection.copy_records_to_table(table, records=some, columns=columns)
        await _write(connection, books)
    finally:
        await connection.close()
    await place.tidy(database)
    return History(begins_at, books.at)


def _pair(chance: random.Random, accounts: list[UUID], hot: UUID, number: int) -> tuple[UUID, UUID]:
    debit, credit = chance.sample(accounts, 2)
    return debit, hot if number % 10 == 0 else credit


async def _read(connection: "asyncpg.Connection[asyncpg.Record]", bank_id: UUID) -> _Books:
    rows = await connection.fetch(
        "SELECT account_id, balance_minutes, seq, posted_at, head FROM account WHERE bank_id = $1",
        bank_id,
    )
    states = {row[0]: _State(*row[1:]) for row in rows}
    return _Books(bank_id, max(state.posted_at for state in states.values()), states)


async def _write(connection: "asyncpg.Connection[asyncpg.Record]", books: _Books) -> None:
    states = books.states.values()
    await connection.execute(
        _UPDATE,
        books.bank_id,
        list(books.states),
        [state.balance for state in states],
        [state.seq for state in states],
        [state.posted_at for state in states],
        [state.head for state in states],
        timeout=SECONDS_MAX,
    )
