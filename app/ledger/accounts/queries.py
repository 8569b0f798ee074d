"""Reading the record of changes on accounts."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.ledger.accounts.tables import AccountChange
from app.ledger.tables import Account


async def count_changes(session: AsyncSession, bank_id: UUID, account_id: UUID) -> int:
    """How many changes the account has; ask under its lock."""
    asked = select(func.count()).where(
        AccountChange.bank_id == bank_id, AccountChange.account_id == account_id
    )
    return (await session.scalars(asked)).one()


async def get_balance(session: AsyncSession, bank_id: UUID, account_id: UUID) -> int:
    """The balance of an account as it is now, in minutes."""
    asked = select(Account.balance_minutes).where(
        Account.bank_id == bank_id, Account.account_id == account_id
    )
    return (await session.scalars(asked)).one()
