"""What is held, and for whom it is shown all the same."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.identity.rules import Caller
from app.kit.db import lock_one
from app.kit.errors import NotFound
from app.screening.rules import ScreeningStatus
from app.screening.tables import Screening


def let_through_to(
    viewer: Caller,
    bank_id: InstrumentedAttribute[UUID],
    subject_id: InstrumentedAttribute[UUID],
    author_id: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None],
) -> ColumnElement[bool]:
    """The condition that a text is not held, or is the viewer's own."""
    return or_(author_id == viewer.member_id, ~is_held(bank_id, subject_id))


def is_held(
    bank_id: InstrumentedAttribute[UUID], subject_id: InstrumentedAttribute[UUID]
) -> ColumnElement[bool]:
    """The condition that a text waits for a moderator, or was kept back by one."""
    return exists().where(
        Screening.bank_id == bank_id,
        Screening.subject_id == subject_id,
        Screening.status != ScreeningStatus.RELEASED,
    )


async def lock_held(session: AsyncSession, bank_id: UUID, subject_id: UUID) -> Screening | None:
    """The screening that holds a text, locked; None when nothing does."""
    asked = select(Screening).where(
        Screening.bank_id == bank_id,
        Screening.subject_id == subject_id,
        Screening.status != ScreeningStatus.RELEASED,
    )
    return await lock_one(session, asked)


async def list_held(
    session: AsyncSession, bank_id: UUID, subject_ids: Collection[UUID]
) -> set[UUID]:
    """Which of these texts wait for a moderator, or were kept back by one."""
    asked = select(Screening.subject_id).where(
        Screening.bank_id == bank_id,
        Screening.subject_id.in_(subject_ids),
        Screening.status != ScreeningStatus.RELEASED,
    )
    return set((await session.scalars(asked)).all())


async def get_screening(session: AsyncSession, bank_id: UUID, screening_id: UUID) -> Screening:
    """A screening.

    Raises:
        NotFound: when the bank has none with this id.
    """
    found = (await session.scalars(_screening(bank_id, screening_id))).one_or_none()
    if found is None:
        raise NotFound
    return found


async def lock_screening(session: AsyncSession, bank_id: UUID, screening_id: UUID) -> Screening:
    """A screening, locked.

    Raises:
        NotFound: when the bank has none with this id.
    """
    found = await lock_one(session, _screening(bank_id, screening_id))
    if found is None:
        raise NotFound
    return found


async def list_screenings(
    session: AsyncSession,
    bank_id: UUID,
    *,
    status: ScreeningStatus,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Screening]:
    """The queue: who waits longest comes first."""
    asked = (
        select(Screening)
        .where(Screening.bank_id == bank_id, Screening.status == status)
        .order_by(Screening.held_at, Screening.screening_id)
        .limit(limit)
    )
    if after is not None:
        asked = asked.where(tuple_(Screening.held_at, Screening.screening_id) > after)
    return (await session.scalars(asked)).all()


def _screening(bank_id: UUID, screening_id: UUID) -> Select[Screening]:
    return select(Screening).where(
        Screening.bank_id == bank_id, Screening.screening_id == screening_id
    )
