"""Reading the books."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Select,
    Uuid,
    any_,
    bindparam,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.errors import NotFound
from app.kit.fetching import fetch
from app.ledger.rules import AccountKind
from app.ledger.states import AccountState, OpenHold
from app.ledger.tables import Account, Hold, HoldEnd, Posting

_IN_BANK: Final = bindparam("bank_id", type_=Uuid())
_BANK_ACCOUNT: Final = select(Account.account_id).where(
    Account.bank_id == _IN_BANK,
    literal_column("kind IN ('fund', 'issuing')"),  # as the index says
    Account.kind == bindparam("kind"),
)
# A plain array: PostgreSQL plans for this bank and so many ids. As a subquery (`app.kit.bulk`) it
# would keep a plan for the average bank, which reads the whole of a large one among many small.
_LOCK_ACCOUNTS: Final[Select[*tuple[Any, ...]]] = (
    select(
        Account.account_id,
        Account.balance_minutes,
        Account.held_minutes,
        Account.floor_minutes,
        Account.policy_floor_minutes,
        Account.seq,
        Account.posted_at,
        Account.closed_at.is_not(None),
        Account.held_in_minutes,
        Account.ceiling_minutes,
        Account.policy_ceiling_minutes,
        Account.head,
    )
    .where(
        Account.bank_id == _IN_BANK,
        Account.account_id == any_(bindparam("account_ids", type_=ARRAY(Uuid()))),
    )
    .order_by(Account.account_id)
    .with_for_update(key_share=True, of=Account)
)
# The end of each hold is looked up by its key. Joined, all ends would be read, by a plan that was
# made when there were few.
_END: Final = (
    select(HoldEnd.hold_id)
    .where(HoldEnd.bank_id == Hold.bank_id, HoldEnd.hold_id == Hold.hold_id)
    .correlate(Hold)
    .scalar_subquery()
)
_HOLDS: Final = select(
    Hold.hold_id, Hold.minutes, Hold.account_id, Hold.for_account_id, _END.is_not(None)
).where(Hold.bank_id == _IN_BANK, Hold.hold_id == any_(bindparam("hold_ids", type_=ARRAY(Uuid()))))


class BalanceAt(NamedTuple):
    """A balance in the past, in minutes, and up to when the past is final.

    A posting still on its way gets a time after the account's last one, so whatever is asked for
    before `final_before` can never change any more; later answers are as known now.
    """

    balance_minutes: int
    final_before: datetime


_LATEST: Final = select(Account.seq, Account.posted_at).where(
    Account.bank_id == _IN_BANK, Account.account_id == bindparam("account_id", type_=Uuid())
)
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
    (row,) = await fetch(session, _BANK_ACCOUNT, {"bank_id": bank_id, "kind": kind.value})
    account_id: UUID = row[0]
    return account_id


async def lock_accounts(
    session: AsyncSession, bank_id: UUID, account_ids: Iterable[UUID]
) -> dict[UUID, AccountState]:
    """Lock these accounts, in id order so that no two deeds can wait for each other."""
    return (await lock_chains(session, bank_id, account_ids)).states


class Locked(NamedTuple):
    """Locked accounts, and the heads of their chains."""

    states: dict[UUID, AccountState]
    heads: dict[UUID, bytes]


async def lock_chains(session: AsyncSession, bank_id: UUID, account_ids: Iterable[UUID]) -> Locked:
    """Lock these accounts, in the same order, to post on them.

    Plain columns, not mapped rows: what a session read earlier cannot be mistaken for the present.
    """
    locked = Locked({}, {})
    # By the ids that were asked for: comparing them with the driver's own is slow, and they are
    # looked up again and again.
    if not (wanted := {one: one for one in account_ids}):
        return locked
    asked = {"bank_id": bank_id, "account_ids": list(wanted)}
    for account_id, *state, head in await fetch(session, _LOCK_ACCOUNTS, asked):
        locked.states[wanted[account_id]] = AccountState(*state)
        locked.heads[wanted[account_id]] = head
    return locked


async def list_holds(
    session: AsyncSession, bank_id: UUID, hold_ids: Sequence[UUID]
) -> dict[UUID, OpenHold]:
    """These holds as they stand; read after their accounts are locked, so that it stays true."""
    asked = {"bank_id": bank_id, "hold_ids": hold_ids}
    rows = await fetch(session, _HOLDS, asked)
    return {row[0]: OpenHold(*row[1:]) for row in rows}


async def get_balance_at(
    session: AsyncSession, bank_id: UUID, account_id: UUID, at: datetime
) -> BalanceAt:
    """The account's balance as of a moment.

    Time never runs backwards along an account's numbers, so the last posting until then is found
    by halving: some twenty index look-ups for a million postings, without an index on time.

    Raises:
        NotFound: when the bank has no such account.
    """
    asked = {"bank_id": bank_id, "account_id": account_id}
    found = await fetch(session, _LATEST, asked)
    if not found:
        raise NotFound
    ((seq, posted_at),) = found
    ((balance,),) = await fetch(session, _BALANCE_AT, asked | {"at": at, "seq": seq})
    return BalanceAt(balance, posted_at)


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
