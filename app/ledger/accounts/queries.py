"""Reading the record of changes on accounts."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.ledger.accounts.tables import AccountChange
from app.ledger.rules import AccountKind
from app.ledger.tables import Account


async def count_changes(
    session: AsyncSession, bank_id: UUID, account_ids: Collection[UUID]
) -> dict[UUID, int]:
    """How many changes each of these accounts has; ask under their locks."""
    asked = (
        select(AccountChange.account_id, func.count())
        .where(AccountChange.bank_id == bank_id, AccountChange.account_id.in_(account_ids))
        .group_by(AccountChange.account_id)
    )
    found = {row[0]: row[1] for row in await session.execute(asked)}
    return {account_id: found.get(account_id, 0) for account_id in account_ids}


async def list_following(session: AsyncSession, bank_id: UUID) -> Sequence[UUID]:
    """The open accounts of members whose limits are the bank's."""
    asked = select(Account.account_id).where(
        Account.bank_id == bank_id,
        Account.kind == AccountKind.MEMBER,
        Account.has_own_limits.is_(False),
        Account.closed_at.is_(None),
    )
    return (await session.scalars(asked)).all()


async def get_balance(session: AsyncSession, bank_id: UUID, account_id: UUID) -> int:
    """The balance of an account as it is now, in minutes."""
    asked = select(Account.balance_minutes).where(
        Account.bank_id == bank_id, Account.account_id == account_id
    )
    return (await session.scalars(asked)).one()
