"""Reading a bank's places; `kind` is the table of one of the two lists."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.banks.tables import Place
from app.kit.db import lock_one
from app.kit.errors import NotFound

Kind = type[Place]


async def list_places(session: AsyncSession, kind: Kind, bank_id: UUID) -> Sequence[Place]:
    """What the bank offers, by slug."""
    asked = (
        select(kind).where(kind.bank_id == bank_id, kind.withdrawn_at.is_(None)).order_by(kind.slug)
    )
    return (await session.scalars(asked)).all()


async def get_place(session: AsyncSession, kind: Kind, bank_id: UUID, slug: str) -> Place:
    """One place, offered or not.

    Raises:
        NotFound: when the list never had it.
    """
    asked = select(kind).where(kind.bank_id == bank_id, kind.slug == slug)
    place = (await session.scalars(asked)).one_or_none()
    if place is None:
        raise NotFound
    return place


async def lock_place(session: AsyncSession, kind: Kind, bank_id: UUID, slug: str) -> Place | None:
    """One place, offered or not, locked; None when the list never had it."""
    return await lock_one(session, select(kind).where(kind.bank_id == bank_id, kind.slug == slug))


async def is_offered(session: AsyncSession, kind: Kind, bank_id: UUID, slug: str) -> bool:
    """Whether something new can name this place."""
    asked = select(kind.slug).where(
        kind.bank_id == bank_id, kind.slug == slug, kind.withdrawn_at.is_(None)
    )
    return (await session.scalar(asked)) is not None
