"""Reading the books."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Select,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    literal,
    literal_column,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.bulk import arrays, given
from app.kit.errors import NotFound
from app.ledger.rules import AccountKind, AccountState, OpenHold
from app.ledger.tables import Account, Deed, Hold, HoldEnd, Posting

_WANTED: Final = given(bank_id=Uuid(), account_id=Uuid())
_HELD: Final = given(bank_id=Uuid(), hold_id=Uuid())
_LOCK_ACCOUNTS: Final[Select[*tuple[Any, ...]]] = (
    select(
        Account.bank_id,
        Account.account_id,
        Account.balance_minutes,
        Account.held_minutes,
        Account.floor_minutes,
        Account.policy_floor_minutes,
        Account.seq,
        Account.posted_at,
        Account.head,
        Account.closed_at.is_not(None),
    )
    .join(
        _WANTED,
        and_(Account.bank_id == _WANTED.c.bank_id, Account.account_id == _WANTED.c.account_id),
    )
    .order_by(Account.bank_id, Account.account_id)
    .with_for_update(key_share=True, of=Account)
)
_HOLDS: Final = (
    select(Hold.hold_id, Hold.minutes, HoldEnd.hold_id.is_not(None))
    .outerjoin(HoldEnd, and_(HoldEnd.bank_id == Hold.bank_id, HoldEnd.hold_id == Hold.hold_id))
    .join(_HELD, and_(Hold.bank_id == _HELD.c.bank_id, Hold.hold_id == _HELD.c.hold_id))
)
AccountKey = tuple[UUID, UUID]
"""`(bank_id, account_id)`."""


class StatementLine(NamedTuple):
    """One posting as one of its two accounts sees it."""

    posting: Posting
    deed: Deed
    is_credit: bool
    seq: int
    balance_minutes: int
    counter_account_id: UUID


class BalanceAt(NamedTuple):
    """A balance in the past, in minutes, and up to when the past is final.

    A posting still on its way gets a time after the account's last one, so whatever is asked for
    before `final_before` can never change any more; later answers are as known now.
    """

    balance_minutes: int
    final_before: datetime


_BALANCE_AT: Final = text("""
    WITH RECURSIVE leg (seq, balance, posted_at) AS NOT MATERIALIZED (
        SELECT debit_seq, debit_balance_minutes, posted_at FROM posting
         WHERE bank_id = :bank_id AND debit_account_id = :account_id
        UNION ALL
        SELECT credit_seq, credit_balance_minutes, posted_at FROM posting
         WHERE bank_id = :bank_id AND credit_account_id = :account_id
    ), halving (low, high) AS (
        SELECT CAST(0 AS bigint), CAST(:seq AS bigint)
        UNION ALL
        SELECT CASE WHEN until THEN middle ELSE low END,
               CASE WHEN until THEN high ELSE middle - 1 END
          FROM (SELECT low, high, (low + high + 1) / 2 AS middle,
                       (SELECT posted_at <= :at FROM leg WHERE seq = (low + high + 1) / 2) AS until
                  FROM halving WHERE low < high) AS probe
    )
    SELECT coalesce((SELECT balance FROM leg WHERE seq = low), 0)
      FROM halving WHERE low >= high
""")


class Balance(NamedTuple):
    """One account in the trial balance, in minutes."""

    kind: str
    accounts: int
    balance_minutes: int
    held_minutes: int


async def get_account(session: AsyncSession, bank_id: UUID, account_id: UUID) -> Account:
    """The account.

    Raises:
        NotFound: when the bank has none with this id.
    """
    asked = select(Account).where(Account.bank_id == bank_id, Account.account_id == account_id)
    account = (await session.scalars(asked)).one_or_none()
    if account is None:
        raise NotFound
    return account


async def get_bank_account(session: AsyncSession, bank_id: UUID, kind: AccountKind) -> UUID:
    """The id of the bank's fund or issuing account; every bank has one of each."""
    return (await get_bank_accounts(session, {bank_id}, kind))[bank_id]


async def get_bank_accounts(
    session: AsyncSession, bank_ids: Collection[UUID], kind: AccountKind
) -> dict[UUID, UUID]:
    """The ids of these banks' funds or issuing accounts, by bank."""
    asked = select(Account.bank_id, Account.account_id).where(
        Account.bank_id == any_(bindparam("banks", list(bank_ids), ARRAY(Uuid()))),
        literal_column("kind IN ('fund', 'issuing')"),  # as the index says
        Account.kind == kind,
    )
    return {row.bank_id: row.account_id for row in await session.execute(asked)}


async def lock_accounts(
    session: AsyncSession, keys: Iterable[AccountKey]
) -> dict[AccountKey, AccountState]:
    """Lock these accounts, in id order so that no two deeds can wait for each other.

    Plain columns, not mapped rows: what a session read earlier cannot be mistaken for the present.
    """
    if not (wanted := [{"bank_id": bank_id, "account_id": one} for bank_id, one in keys]):
        return {}
    rows = await session.execute(_LOCK_ACCOUNTS, arrays(wanted))
    return {(row[0], row[1]): AccountState(*row[2:]) for row in rows}


async def list_holds(
    session: AsyncSession, keys: Iterable[tuple[UUID, UUID]]
) -> dict[UUID, OpenHold]:
    """These holds as they stand; read after their accounts are locked, so that it stays true."""
    wanted = [{"bank_id": bank_id, "hold_id": hold_id} for bank_id, hold_id in keys]
    rows = await session.execute(_HOLDS, arrays(wanted))
    return {hold_id: OpenHold(minutes, ended) for hold_id, minutes, ended in rows}


async def list_statement(
    session: AsyncSession, bank_id: UUID, account_id: UUID, *, before_seq: int | None, limit: int
) -> list[StatementLine]:
    """The account's postings, newest first: two short index walks, however long the history."""
    before = 2**62 if before_seq is None else before_seq  # more than any number of a posting
    asked = {"bank_id": bank_id, "account_id": account_id, "before_seq": before, "most": limit}
    return [StatementLine(*row) for row in (await session.execute(_STATEMENT, asked)).all()]


def _side(*, is_credit: bool) -> Select[*tuple[Any, ...]]:
    mine = Posting.credit_account_id if is_credit else Posting.debit_account_id
    seq = Posting.credit_seq if is_credit else Posting.debit_seq
    balance = Posting.credit_balance_minutes if is_credit else Posting.debit_balance_minutes
    other = Posting.debit_account_id if is_credit else Posting.credit_account_id
    return (
        select(
            Posting.bank_id,
            Posting.posting_id,
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
        .limit(bindparam("most", type_=BigInteger))
    )


_SIDES: Final = union_all(
    *(_side(is_credit=one).subquery().select() for one in (False, True))
).subquery()
_STATEMENT: Final = (  # made once: making takes longer than asking
    select(Posting, Deed, _SIDES.c.is_credit, _SIDES.c.seq, _SIDES.c.balance, _SIDES.c.counter)
    .join(
        _SIDES,
        and_(Posting.bank_id == _SIDES.c.bank_id, Posting.posting_id == _SIDES.c.posting_id),
    )
    .join(Deed, and_(Deed.bank_id == Posting.bank_id, Deed.deed_id == Posting.deed_id))
    .order_by(_SIDES.c.seq.desc())
    .limit(bindparam("most", type_=BigInteger))
)


async def get_balance_at(
    session: AsyncSession, bank_id: UUID, account_id: UUID, at: datetime
) -> BalanceAt:
    """The account's balance as of a moment.

    Time never runs backwards along an account's numbers, so the last posting until then is found
    by halving: some twenty index look-ups for a million postings, without an index on time.

    Raises:
        NotFound: when the bank has no such account.
    """
    account = await get_account(session, bank_id, account_id)
    asked = {"bank_id": bank_id, "account_id": account_id, "at": at, "seq": account.seq}
    balance = (await session.execute(_BALANCE_AT, asked)).scalar_one()
    return BalanceAt(balance, account.posted_at)


async def list_trial_balance(session: AsyncSession, bank_id: UUID) -> list[Balance]:
    """The balances by kind of account; their sum is zero when the books are whole."""
    asked = (
        select(
            Account.kind,
            func.count(),
            func.sum(Account.balance_minutes),
            func.sum(Account.held_minutes),
        )
        .where(Account.bank_id == bank_id)
        .group_by(Account.kind)
        .order_by(Account.kind)
    )
    rows = await session.execute(asked)
    return [Balance(kind, count, int(total), int(held)) for kind, count, total, held in rows]


async def count_postings(session: AsyncSession, bank_id: UUID) -> int:
    """How many postings the bank has."""
    asked = select(func.count()).where(Posting.bank_id == bank_id)
    return (await session.scalars(asked)).one()
