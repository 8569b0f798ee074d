"""Reading the journal."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.ledger.tables import Account, Deed, Posting

JOURNAL_PAGE: Final = 500
_JOURNAL_PATIENCE: Final = text("SET LOCAL idle_in_transaction_session_timeout = '60s'")
"""A slow reader of the stream keeps the snapshot open for longer than a request would."""


class AccountLine(NamedTuple):
    """An account as the journal names it."""

    account_id: UUID
    kind: str
    created_at: datetime


class JournalLine(NamedTuple):
    """One posting as the journal has it."""

    posting_id: UUID
    deed_id: UUID
    leg: int
    """Its place among the postings of its deed."""
    posted_at: datetime
    effective_at: datetime
    kind: str
    subject_id: UUID | None
    debit_account_id: UUID
    debit_seq: int
    credit_account_id: UUID
    credit_seq: int
    minutes: int
    reverses_posting_id: UUID | None


@dataclass(frozen=True)
class JournalSource:
    """A bank's journal, read in pieces from the snapshot of one transaction."""

    session: AsyncSession
    bank_id: UUID

    async def accounts(self) -> list[AccountLine]:
        """Every account, the oldest first; makes the transaction one snapshot."""
        await self.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        await self.session.execute(_JOURNAL_PATIENCE)
        asked = (
            select(Account.account_id, Account.kind, Account.created_at)
            .where(Account.bank_id == self.bank_id)
            .order_by(Account.created_at, Account.account_id)
        )
        return [AccountLine(*row) for row in (await self.session.execute(asked)).all()]

    async def postings(self) -> AsyncIterator[list[JournalLine]]:
        """Every posting in the order of their ids, page by page.

        That is the order of posting: later deeds on an account have later times, whoever's clock
        says what, and ids begin with the time; those of one deed ascend (`settle_many`).
        """
        after: UUID | None = None
        while True:
            asked = _journal_page(self.bank_id, after)
            lines = [JournalLine(*row) for row in (await self.session.execute(asked)).all()]
            if not lines:
                return
            yield lines
            after = lines[-1].posting_id


def _journal_page(bank_id: UUID, after: UUID | None) -> Select[*tuple[Any, ...]]:
    asked = (
        select(
            Posting.posting_id,
            Posting.deed_id,
            Posting.leg,
            Posting.posted_at,
            Deed.effective_at,
            Deed.kind,
            Deed.subject_id,
            Posting.debit_account_id,
            Posting.debit_seq,
            Posting.credit_account_id,
            Posting.credit_seq,
            Posting.minutes,
            Posting.reverses_posting_id,
        )
        .join(Deed, and_(Deed.bank_id == Posting.bank_id, Deed.deed_id == Posting.deed_id))
        .where(Posting.bank_id == bank_id)
        .order_by(Posting.posting_id)
        .limit(JOURNAL_PAGE)
    )
    if after is not None:
        asked = asked.where(Posting.posting_id > after)
    return asked
