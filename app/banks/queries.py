"""Reading banks and their lists."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.banks.tables import Area, Bank, BankChange, BankSafety, MeetingPoint
from app.kit.db import lock_one
from app.kit.errors import NotFound


async def find_bank(session: AsyncSession, slug: str) -> Bank | None:
    """The bank with this slug, if there is one."""
    return (await session.scalars(select(Bank).where(Bank.slug == slug))).one_or_none()


async def get_bank(session: AsyncSession, slug: str) -> Bank:
    """The bank with this slug.

    Raises:
        NotFound: when this installation has none.
    """
    bank = await find_bank(session, slug)
    if bank is None:
        raise NotFound
    return bank


async def get_bank_by_id(session: AsyncSession, bank_id: UUID) -> Bank:
    """The bank that a caller belongs to; it exists, or the caller would not."""
    return (await session.scalars(select(Bank).where(Bank.bank_id == bank_id))).one()


async def lock_bank(session: AsyncSession, bank_id: UUID) -> Bank:
    """A caller's bank, locked: what has one order in a bank waits here."""
    bank = await lock_one(session, select(Bank).where(Bank.bank_id == bank_id))
    assert bank is not None, "a caller belongs to a bank"
    return bank


async def get_safety(session: AsyncSession, bank_id: UUID) -> BankSafety:
    """What a bank does for safety; every bank has a row."""
    return (await session.scalars(select(BankSafety).where(BankSafety.bank_id == bank_id))).one()


async def lock_safety(session: AsyncSession, bank_id: UUID) -> BankSafety:
    """The same, locked for changing it."""
    found = await lock_one(session, select(BankSafety).where(BankSafety.bank_id == bank_id))
    assert found is not None, "every bank has a row"
    return found


async def list_changes(
    session: AsyncSession, bank_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[BankChange]:
    """Who changed the bank's rules, newest first."""
    asked = (
        select(BankChange)
        .where(BankChange.bank_id == bank_id)
        .order_by(BankChange.changed_at.desc(), BankChange.change_id.desc())
        .limit(limit)
    )
    if after is not None:
        asked = asked.where(tuple_(BankChange.changed_at, BankChange.change_id) < after)
    return (await session.scalars(asked)).all()


async def list_banks(session: AsyncSession) -> Sequence[Bank]:
    """Every bank of the installation, by slug; for the operator's commands."""
    return (await session.scalars(select(Bank).order_by(Bank.slug))).all()


async def list_areas(session: AsyncSession, bank_id: UUID) -> Sequence[Area]:
    """The bank's areas by slug."""
    asked = select(Area).where(Area.bank_id == bank_id).order_by(Area.slug)
    return (await session.scalars(asked)).all()


async def list_meeting_points(session: AsyncSession, bank_id: UUID) -> Sequence[MeetingPoint]:
    """The bank's public meeting points by slug."""
    asked = select(MeetingPoint).where(MeetingPoint.bank_id == bank_id).order_by(MeetingPoint.slug)
    return (await session.scalars(asked)).all()


async def has_area(session: AsyncSession, bank_id: UUID, slug: str) -> bool:
    """Whether the bank's list has this area."""
    asked = select(Area.slug).where(Area.bank_id == bank_id, Area.slug == slug)
    return (await session.scalar(asked)) is not None


async def has_meeting_point(session: AsyncSession, bank_id: UUID, slug: str) -> bool:
    """Whether the bank's list has this meeting point."""
    asked = select(MeetingPoint.slug).where(
        MeetingPoint.bank_id == bank_id, MeetingPoint.slug == slug
    )
    return (await session.scalar(asked)) is not None
