"""Reading what the patterns are looked for in. Nothing of it is shown to anybody."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Select,
    Uuid,
    and_,
    bindparam,
    extract,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import LateralFromClause

from app.banks.tables import Bank, BankSafety
from app.exchanges.tables import Exchange
from app.kit.bulk import arrays, given
from app.kit.db import lock_one
from app.ledger.rules import AccountKind
from app.ledger.tables import Account, Deed, Posting
from app.members.rules import MemberStatus
from app.members.tables import Member
from app.watch.tables import WatchRound

ACCOUNTS_MAX: Final = 100
"""Looked at in one batch."""
MOVES_MAX: Final = 500
"""Of one account and side, the newest."""
_ASKED: Final = given(account_id=Uuid())


class MoveRow(NamedTuple):
    """One posting, as the account that was asked for has it."""

    account_id: UUID
    other_id: UUID
    minutes: int
    posted_at: datetime
    is_back: bool
    """Whether it takes another posting back."""
    kind: str
    """Of its deed."""
    hour: int | None
    """When the exchange began, on the clocks of the bank."""


class Owner(NamedTuple):
    """Whose an account is."""

    member_id: UUID
    kind: str
    is_active: bool


async def find_due(session: AsyncSession, began_before: datetime) -> UUID | None:
    """A bank that wants alerts and whose round is not done, or began before then."""
    asked = (
        select(BankSafety.bank_id)
        .outerjoin(WatchRound, WatchRound.bank_id == BankSafety.bank_id)
        .where(
            BankSafety.alerts,
            or_(
                WatchRound.bank_id.is_(None),
                WatchRound.is_done.is_(False),
                WatchRound.began_at <= began_before,
            ),
        )
        .order_by(BankSafety.bank_id)
        .limit(1)
    )
    return (await session.scalars(asked)).one_or_none()


async def lock_round(session: AsyncSession, bank_id: UUID) -> WatchRound:
    """A bank's round, locked; whoever asks has seen to it that there is one."""
    found = await lock_one(session, select(WatchRound).where(WatchRound.bank_id == bank_id))
    assert found is not None, "it was made just before"
    return found


async def list_moved(
    session: AsyncSession, bank_id: UUID, *, since: datetime, after_id: UUID
) -> Sequence[UUID]:
    """Members' accounts on which something moved since then, in the order of their ids."""
    asked = (
        select(Account.account_id)
        .where(
            Account.bank_id == bank_id,
            Account.account_id > after_id,
            Account.kind == AccountKind.MEMBER,
            Account.posted_at >= since,
        )
        .order_by(Account.account_id)
        .limit(ACCOUNTS_MAX)
    )
    return (await session.scalars(asked)).all()


async def list_moves(
    session: AsyncSession, bank_id: UUID, account_ids: Collection[UUID], since: datetime
) -> tuple[list[MoveRow], list[MoveRow]]:
    """What came to these accounts since then, and what left them, newest first."""
    if not account_ids:
        return [], []
    zone = select(Bank.time_zone).where(Bank.bank_id == bank_id)
    asked = {"bank_id": bank_id, "since": since, "zone": (await session.scalars(zone)).one()}
    asked |= arrays([{"account_id": one} for one in sorted(account_ids)])
    came = (await session.execute(_CAME, asked)).all()
    left = (await session.execute(_LEFT, asked)).all()
    return [MoveRow(*row) for row in came], [MoveRow(*row) for row in left]


async def find_owners(
    session: AsyncSession, bank_id: UUID, account_ids: Collection[UUID]
) -> dict[UUID, Owner]:
    """Whose these accounts are; the bank's own are nobody's."""
    asked = select(Member.account_id, Member.member_id, Member.kind, Member.status).where(
        Member.bank_id == bank_id, Member.account_id.in_(account_ids)
    )
    return {
        account_id: Owner(member_id, kind, status == MemberStatus.ACTIVE)
        for account_id, member_id, kind, status in (await session.execute(asked)).all()
        if account_id is not None
    }


def _newest(*, came: bool) -> LateralFromClause:
    mine = Posting.credit_account_id if came else Posting.debit_account_id
    other = Posting.debit_account_id if came else Posting.credit_account_id
    number = Posting.credit_seq if came else Posting.debit_seq
    return (
        select(
            Posting.deed_id,
            other.label("other_id"),
            Posting.minutes,
            Posting.posted_at,
            Posting.reverses_posting_id.is_not(None).label("is_back"),
        )
        .where(Posting.bank_id == bindparam("bank_id"), mine == _ASKED.c.account_id)
        .order_by(number.desc())
        .limit(MOVES_MAX)
        .lateral("newest")
    )


def _side(*, came: bool) -> Select[*tuple[Any, ...]]:
    side = _newest(came=came)
    newest = side.c
    bank_id: BindParameter[UUID] = bindparam("bank_id")
    moved = (_ASKED.c.account_id, newest.other_id, newest.minutes, newest.posted_at, newest.is_back)
    begun = extract("hour", func.timezone(bindparam("zone"), Exchange.starts_at))
    deed = and_(Deed.bank_id == bank_id, Deed.deed_id == newest.deed_id)
    exchange = and_(Exchange.bank_id == bank_id, Exchange.exchange_id == Deed.subject_id)
    return (
        select(*moved, Deed.kind, begun)
        .select_from(_ASKED.join(side, true()))
        .join(Deed, deed)
        .outerjoin(Exchange, exchange)
        .where(newest.posted_at >= bindparam("since"))
        .order_by(_ASKED.c.account_id, newest.posted_at.desc())
    )


_CAME: Final = _side(came=True)
_LEFT: Final = _side(came=False)
