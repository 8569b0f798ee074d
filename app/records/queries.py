"""Finding members for staff, and reading emergencies."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, Uuid, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.rules import Caller
from app.kit.db import lock_one
from app.kit.errors import NotFound
from app.members.tables import Member
from app.openings.queries import has_something_with
from app.records.rules import FOUND_MAX
from app.records.tables import Emergency


async def get_record(session: AsyncSession, bank_id: UUID, member_id: UUID) -> Member:
    """A member's record, for staff.

    Raises:
        NotFound: when the bank has no such member.
    """
    asked = select(Member).where(Member.bank_id == bank_id, Member.member_id == member_id)
    member = (await session.scalars(asked)).one_or_none()
    if member is None:
        raise NotFound
    return member


async def list_by_alias(session: AsyncSession, bank_id: UUID, alias: str) -> Sequence[Member]:
    """Members of exactly this alias; aliases are not unique. At most a few."""
    asked = (
        select(Member)
        .where(Member.bank_id == bank_id, Member.alias == alias)
        .order_by(Member.member_id)
        .limit(FOUND_MAX)
    )
    return (await session.scalars(asked)).all()


async def list_emergencies(
    session: AsyncSession, caller: Caller, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Emergency]:
    """The bank's emergencies, newest first, without those by which the caller is concerned."""
    asked = (
        select(Emergency)
        .where(Emergency.bank_id == caller.bank_id)
        .order_by(Emergency.asked_at.desc(), Emergency.emergency_id.desc())
        .limit(limit)
    )
    if caller.member_id is not None:
        own = literal(caller.member_id, Uuid())
        asked = asked.where(~has_something_with(caller.bank_id, own, Emergency.member_id))
    if after is not None:
        asked = asked.where(tuple_(Emergency.asked_at, Emergency.emergency_id) < after)
    return (await session.scalars(asked)).all()


async def get_emergency(session: AsyncSession, bank_id: UUID, emergency_id: UUID) -> Emergency:
    """An emergency.

    Raises:
        NotFound: when the bank has none with this id.
    """
    found = (await session.scalars(_emergency(bank_id, emergency_id))).one_or_none()
    if found is None:
        raise NotFound
    return found


async def lock_emergency(session: AsyncSession, bank_id: UUID, emergency_id: UUID) -> Emergency:
    """An emergency, locked.

    Raises:
        NotFound: when the bank has none with this id.
    """
    found = await lock_one(session, _emergency(bank_id, emergency_id))
    if found is None:
        raise NotFound
    return found


async def has_overdue_review(
    session: AsyncSession, bank_id: UUID, login_id: UUID, released_before: datetime
) -> bool:
    """Whether an emergency of this person was released so long ago and never reviewed."""
    asked = (
        select(Emergency.emergency_id)
        .where(
            Emergency.bank_id == bank_id,
            Emergency.asked_by == login_id,
            Emergency.reviewed_at.is_(None),
            Emergency.released_at < released_before,
        )
        .limit(1)
    )
    return (await session.scalar(asked)) is not None


def _emergency(bank_id: UUID, emergency_id: UUID) -> Select[Emergency]:
    return select(Emergency).where(
        Emergency.bank_id == bank_id, Emergency.emergency_id == emergency_id
    )
