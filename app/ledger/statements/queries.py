"""Reading the statement of an account."""

from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.ledger.reversing.tables import Reversal
from app.ledger.tables import Deed, Posting

_REVERSED_BY: Final = (
    select(func.array_agg(Reversal.posting_id, type_=ARRAY(Uuid())))
    .where(Reversal.bank_id == Posting.bank_id, Reversal.original_id == Posting.posting_id)
    .correlate(Posting)
    .scalar_subquery()
)


class StatementLine(NamedTuple):
    """One posting as one of its two accounts sees it."""

    posting: Posting
    deed: Deed
    is_credit: bool
    seq: int
    balance_minutes: int
    counter_account_id: UUID
    reversed_by: list[UUID]
    """The postings that took this one back, or parts of it."""


async def list_statement(
    session: AsyncSession, bank_id: UUID, account_id: UUID, *, before_seq: int | None, limit: int
) -> list[StatementLine]:
    """The account's postings, newest first: two short index walks, however long the history."""
    sides = union_all(
        _side(bank_id, account_id, before_seq, limit, is_credit=False).subquery().select(),
        _side(bank_id, account_id, before_seq, limit, is_credit=True).subquery().select(),
    ).subquery()
    asked = (
        select(
            Posting,
            Deed,
            sides.c.is_credit,
            sides.c.seq,
            sides.c.balance,
            sides.c.counter,
            _REVERSED_BY,
        )
        .join(
            sides,
            and_(Posting.bank_id == sides.c.bank_id, Posting.posting_id == sides.c.posting_id),
        )
        .join(Deed, and_(Deed.bank_id == Posting.bank_id, Deed.deed_id == Posting.deed_id))
        .order_by(sides.c.seq.desc())
        .limit(limit)
    )
    return [StatementLine(*row) for row in (await session.execute(asked)).all()]


def _side(
    bank_id: UUID, account_id: UUID, before_seq: int | None, limit: int, *, is_credit: bool
) -> Select[*tuple[Any, ...]]:
    mine = Posting.credit_account_id if is_credit else Posting.debit_account_id
    seq = Posting.credit_seq if is_credit else Posting.debit_seq
    balance = Posting.credit_balance_minutes if is_credit else Posting.debit_balance_minutes
    other = Posting.debit_account_id if is_credit else Posting.credit_account_id
    conditions: list[ColumnElement[bool]] = [Posting.bank_id == bank_id, mine == account_id]
    if before_seq is not None:
        conditions.append(seq < before_seq)
    return (
        select(
            Posting.bank_id,
            Posting.posting_id,
            literal(is_credit).label("is_credit"),
            seq.label("seq"),
            balance.label("balance"),
            other.label("counter"),
        )
        .where(*conditions)
        .order_by(seq.desc())
        .limit(limit)
    )
