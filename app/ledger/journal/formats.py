"""Writing the journal as JSON, CSV, hledger or beancount.

Streamed in the order of posting from one snapshot, in whole minutes: each account's postings stand
in the order of its numbers. The sign is the account's own: minutes that arrive are positive, so
every posting and the whole journal sum to zero.
"""

import csv
import io
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.kit.ground import Ground
from app.kit.values import as_rfc3339
from app.ledger.journal.forms import JournalFormat
from app.ledger.journal.queries import AccountLine, JournalLine, JournalSource
from app.ledger.subjects import Subject

COMMODITY: Final = "MIN"
_ROOTS: Final = {
    "member": "Assets:Members",
    "fund": "Assets:Fund",
    "issuing": "Equity:Issuing",
    "clearing": "Assets:Clearing",
}
_COLUMNS: Final = (
    "posting_id",
    "deed_id",
    "leg",
    "posted_at",
    "effective_at",
    "kind",
    "exchange_id",
    "transfer_id",
    "debit_account",
    "debit_seq",
    "credit_account",
    "credit_seq",
    "minutes",
    "reverses_posting_id",
)


async def stream_journal(ground: Ground, bank_id: UUID, form: JournalFormat) -> AsyncIterator[str]:
    """The journal of one bank, in a transaction of its own that lasts as long as the stream."""
    async with ground.database.begin() as session:
        async for piece in write_journal(JournalSource(session, bank_id), form):
            yield piece


async def write_journal(source: JournalSource, form: JournalFormat) -> AsyncIterator[str]:
    """The journal in pieces, each some hundreds of postings long."""
    accounts = await source.accounts()
    writer = _WRITERS[form](accounts)
    yield "".join(writer.head())
    async for lines in source.postings():
        yield "".join(writer.lines(lines))
    yield "".join(writer.foot())


class _Writer(ABC):
    """One format. Balances are kept while writing, so that the foot can assert them."""

    def __init__(self, accounts: Sequence[AccountLine]) -> None:
        self.accounts = accounts
        self.names = {one.account_id: account_name(one) for one in accounts}
        self.balances = dict.fromkeys(self.names, 0)
        self.last_at = max((one.created_at for one in accounts), default=None)

    @abstractmethod
    def head(self) -> Iterator[str]:
        """What stands before the postings."""

    @abstractmethod
    def one(self, line: JournalLine) -> str:
        """One posting."""

    @abstractmethod
    def foot(self) -> Iterator[str]:
        """What stands after the postings."""

    def lines(self, lines: Iterable[JournalLine]) -> Iterator[str]:
        """Some postings."""
        for line in lines:
            self.balances[line.debit_account_id] -= line.minutes
            self.balances[line.credit_account_id] += line.minutes
            self.last_at = max(self.last_at or line.posted_at, line.posted_at)
            yield self.one(line)


class _Json(_Writer):
    """One object: accounts, postings, balances."""

    def __init__(self, accounts: Sequence[AccountLine]) -> None:
        super().__init__(accounts)
        self.separator = ""

    def head(self) -> Iterator[str]:
        accounts = [{"id": str(one.account_id), "kind": one.kind} for one in self.accounts]
        yield f'{{"unit": "minute", "accounts": {json.dumps(accounts)}, "postings": ['

    def one(self, line: JournalLine) -> str:
        text = self.separator + json.dumps(dict(zip(_COLUMNS, _cells(line), strict=True)))
        self.separator = ",\n"
        return text

    def foot(self) -> Iterator[str]:
        balances = {str(account_id): minutes for account_id, minutes in self.balances.items()}
        yield f'], "balances": {json.dumps(balances)}}}\n'


class _Csv(_Writer):
    """One line a posting (RFC 4180), and a last one that says how many there are."""

    def __init__(self, accounts: Sequence[AccountLine]) -> None:
        super().__init__(accounts)
        self.count = 0

    def head(self) -> Iterator[str]:
        yield _csv_line(_COLUMNS)

    def one(self, line: JournalLine) -> str:
        self.count += 1
        return _csv_line(["" if cell is None else cell for cell in _cells(line)])

    def foot(self) -> Iterator[str]:
        yield _csv_line([f"end of {self.count} postings", *[""] * (len(_COLUMNS) - 1)])


class _Hledger(_Writer):
    """https://hledger.org/hledger.html#journal, with a balance assertion for every account.

    The secondary date is the day on which it happened (`--date2`).
    """

    def head(self) -> Iterator[str]:
        yield f"commodity 1000. {COMMODITY}\n\n"
        for name in self.names.values():
            yield f"account {name}\n"
        yield "\n"

    def one(self, line: JournalLine) -> str:
        return (
            f"{_day(line.posted_at)}={_day(line.effective_at)} * {line.kind}"
            f"  ; posting:{line.posting_id}\n"
            f"    {self.names[line.debit_account_id]}  {-line.minutes} {COMMODITY}\n"
            f"    {self.names[line.credit_account_id]}  {line.minutes} {COMMODITY}\n\n"
        )

    def foot(self) -> Iterator[str]:
        if self.last_at is None:
            return
        yield f"{_day(self.last_at)} * balances asserted\n"
        for account_id, minutes in self.balances.items():
            yield f"    {self.names[account_id]}  0 {COMMODITY} = {minutes} {COMMODITY}\n"


class _Beancount(_Writer):
    """https://beancount.github.io/docs/beancount_language_syntax.html, balances asserted."""

    def head(self) -> Iterator[str]:
        yield f'option "operating_currency" "{COMMODITY}"\n\n'
        for one in self.accounts:
            yield f"{_day(one.created_at)} open {self.names[one.account_id]} {COMMODITY}\n"
        yield "\n"

    def one(self, line: JournalLine) -> str:
        return (
            f'{_day(line.posted_at)} * "{line.kind}"\n'
            f'  posting: "{line.posting_id}"\n'
            f"  effective: {_day(line.effective_at)}\n"
            f"  {self.names[line.debit_account_id]}  {-line.minutes} {COMMODITY}\n"
            f"  {self.names[line.credit_account_id]}  {line.minutes} {COMMODITY}\n\n"
        )

    def foot(self) -> Iterator[str]:
        if self.last_at is None:
            return
        after = _day(self.last_at + timedelta(days=1))  # asserted at the beginning of the day
        for account_id, minutes in self.balances.items():
            yield f"{after} balance {self.names[account_id]}  {minutes} {COMMODITY}\n"


_WRITERS: Final[dict[JournalFormat, type[_Writer]]] = {
    JournalFormat.JSON: _Json,
    JournalFormat.CSV: _Csv,
    JournalFormat.HLEDGER: _Hledger,
    JournalFormat.BEANCOUNT: _Beancount,
}


def account_name(account: AccountLine) -> str:
    """The account's name in plain-text accounting; beancount wants capitals, so the id has them."""
    return f"{_ROOTS[account.kind]}:{str(account.account_id).upper()}"


def _cells(line: JournalLine) -> list[str | int | None]:
    subject = Subject.of(line.kind, line.subject_id)
    return [
        str(line.posting_id),
        str(line.deed_id),
        line.leg,
        as_rfc3339(line.posted_at),
        as_rfc3339(line.effective_at),
        line.kind,
        _text(subject.exchange_id),
        _text(subject.transfer_id),
        str(line.debit_account_id),
        line.debit_seq,
        str(line.credit_account_id),
        line.credit_seq,
        line.minutes,
        _text(line.reverses_posting_id),
    ]


def _text(one: UUID | None) -> str | None:
    return None if one is None else str(one)


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def _csv_line(cells: Iterable[object]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
