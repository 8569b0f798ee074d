"""Reading the statement of an account."""

from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Select,
    Uuid,
    bindparam,
    func,
    literal,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.fetching import fetch
from app.ledger.reversing.tables import Reversal
from app.ledger.tables import Deed, Posting

_MOST: Final = bindparam("most", type_=BigInteger)


class StatementLine(NamedTuple):
    """One posting as one of its two accounts sees it."""

    posting_id: UUID
    posted_at: datetime
    minutes: int
    reverses_posting_id: UUID | None
    kind: str
    subject_id: UUID | None
    effective_at: datetime
    is_credit: bool
    seq: int
    balance_minutes: int
    counter_account_id: UUID
    reversed_by: list[UUID] | None
    """The postings that took this one back, or parts of it."""


async def list_statement(
    session: AsyncSession, bank_id: UUID, account_id: UUID, *, before_seq: int | None, limit: int
) -> list[StatementLine]:
    """The account's postings, newest first: two short index walks, however long the history."""
    before = 2**62 if before_seq is None else before_seq  # more than any number of a posting
    asked = {"bank_id": bank_id, "account_id": account_id, "before_seq": before, "most": limit}
    return [StatementLine(*row) for row in await fetch(session, _STATEMENT, asked)]


def _side(*, is_credit: bool) -> Select[*tuple[Any, ...]]:
    mine = Posting.credit_account_id if is_credit else Posting.debit_account_id
    seq = Posting.credit_seq if is_credit else Posting.debit_seq
    balance = Posting.credit_balance_minutes if is_credit else Posting.debit_balance_minutes
    other = Posting.debit_account_id if is_credit else Posting.credit_account_id
    return (
        select(
            Posting.bank_id,
            Posting.posting_id,
            Posting.deed_id,
            Posting.posted_at,
            Posting.minutes,
            Posting.reverses_posting_id,
            literal(is_credit).label("is_credit"),
            seq.label("seq"),
            balance.label("balance"),
            other.label("counter"),
        )
        .where(
            Posting.bank_id == bindparam("bank_id"),
            mine == bindparam("account_id"),
            seq < bindparam("before_seq"),
        )
        .order_by(seq.desc())
        .limit(_MOST)
    )


# Each side ends by itself: with one end for both, PostgreSQL may read a whole account and sort it.
_SIDES: Final = union_all(
    *(_side(is_credit=one).subquery().select() for one in (False, True))
).subquery()
_LEG: Final = select(_SIDES).order_by(_SIDES.c.seq.desc()).limit(_MOST).subquery()
_REVERSED_BY: Final = (
    select(func.array_agg(Reversal.posting_id, type_=ARRAY(Uuid())))
    .where(Reversal.bank_id == _LEG.c.bank_id, Reversal.original_id == _LEG.c.posting_id)
    .correlate(_LEG)
    .scalar_subquery()
)
# Each deed is looked up by its key: joined, all deeds would be read by a plan made when few were.
_DEED: Final = (
    select(Deed.kind, Deed.subject_id, Deed.effective_at)
    .where(Deed.bank_id == _LEG.c.bank_id, Deed.deed_id == _LEG.c.deed_id)
    .limit(literal_column("1"))
    .lateral()
)
_STATEMENT: Final = (  # made once: making takes longer than asking
    select(
        _LEG.c.posting_id,
        _LEG.c.posted_at,
        _LEG.c.minutes,
        _LEG.c.reverses_posting_id,
        _DEED.c.kind,
        _DEED.c.subject_id,
        _DEED.c.effective_at,
        _LEG.c.is_credit,
        _LEG.c.seq,
        _LEG.c.balance,
        _LEG.c.counter,
        _REVERSED_BY,
    )
    .join(_DEED, true())
    .order_by(_LEG.c.seq.desc())
)
