"""Whose limits staff set."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.errors import NotFound
from app.members.accounts.queries import find_active_accounts


async def get_active_account_id(session: AsyncSession, bank_id: UUID, member_id: UUID) -> UUID:
    """The account of an active member, whom staff named.

    Raises:
        NotFound: when the bank has no such active member.
    """
    found = await find_active_accounts(session, bank_id, [member_id])
    if member_id not in found:
        raise NotFound
    return found[member_id]
