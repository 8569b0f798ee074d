"""Reading what was accepted."""

from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.banks.tables import Bank
from app.identity.rules import Caller
from app.members.tables import Member
from app.members.terms.tables import TermsAcceptance


async def has_accepted(session: AsyncSession, caller: Caller) -> bool:
    """Whether the caller has accepted the terms in force."""
    asked = (
        select(Member.terms_version >= Bank.terms_version)
        .join(Bank, Member.bank_id == Bank.bank_id)
        .where(and_(Member.bank_id == caller.bank_id, Member.member_id == caller.member_id))
    )
    return bool(await session.scalar(asked))


async def find_newest(
    session: AsyncSession, bank_id: UUID, member_id: UUID | None
) -> TermsAcceptance | None:
    """What a member accepted last; None for who is none."""
    asked = (
        select(TermsAcceptance)
        .where(TermsAcceptance.bank_id == bank_id, TermsAcceptance.member_id == member_id)
        .order_by(TermsAcceptance.version.desc())
        .limit(1)
    )
    return (await session.scalars(asked)).one_or_none()
