"""Reading listings and categories."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.rules import Caller
from app.kit.db import lock_one
from app.kit.errors import NotFound
from app.listings.rules import ListingStatus
from app.listings.tables import BankCategory, Listing
from app.members.queries import visible_to
from app.members.tables import Member
from app.screening.queries import is_held, let_through_to


class Seen(NamedTuple):
    """A listing, and what its reader may see of its author."""

    listing: Listing
    author_alias: str


@dataclass(frozen=True)
class Search:
    """What is searched for; None means any."""

    kind: str | None = None
    category: str | None = None
    q: str | None = None
    language: str | None = None
    area: str | None = None
    remote: bool | None = None
    mine: bool = False


def seen_by(viewer: Caller) -> Select[Listing, str]:
    """Listings whose author the viewer may see, with the author's alias."""
    return (
        select(Listing, Member.alias)
        .join(
            Member,
            and_(Member.bank_id == Listing.bank_id, Member.member_id == Listing.author_id),
        )
        .where(
            Listing.bank_id == viewer.bank_id,
            visible_to(viewer),
            let_through_to(viewer, Listing.bank_id, Listing.listing_id, Listing.author_id),
        )
    )


def is_open(now: datetime) -> ColumnElement[bool]:
    """The condition that a listing can be answered now."""
    return and_(
        Listing.status == ListingStatus.OPEN,
        or_(Listing.expires_at.is_(None), Listing.expires_at > now),
    )


async def get_listing(
    session: AsyncSession, viewer: Caller, listing_id: UUID, now: datetime
) -> Seen:
    """An open listing that the viewer may see, or any of the viewer's own.

    Raises:
        NotFound: absent, hidden, withdrawn or over: nobody can tell which.
    """
    asked = seen_by(viewer).where(
        Listing.listing_id == listing_id,
        or_(is_open(now), Listing.author_id == viewer.member_id),
    )
    row = (await session.execute(asked)).one_or_none()
    if row is None:
        raise NotFound
    return Seen(*row)


async def lock_own_listing(session: AsyncSession, caller: Caller, listing_id: UUID) -> Listing:
    """One of the caller's own listings, locked.

    Raises:
        NotFound: when the caller has none with this id.
    """
    asked = select(Listing).where(
        Listing.bank_id == caller.bank_id,
        Listing.listing_id == listing_id,
        Listing.author_id == caller.member_id,
    )
    listing = await lock_one(session, asked)
    if listing is None:
        raise NotFound
    return listing


async def list_listings(
    session: AsyncSession,
    viewer: Caller,
    search: Search,
    *,
    now: datetime,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Seen]:
    """What the viewer may see, by month of posting; within a month the order tells nothing."""
    asked = (
        seen_by(viewer)
        .where(*_conditions(viewer, search, now))
        .order_by(Listing.posted_month.desc(), Listing.listing_id.desc())
        .limit(limit)
    )
    if after is not None:
        asked = asked.where(tuple_(Listing.posted_month, Listing.listing_id) < after)
    return [Seen(*row) for row in (await session.execute(asked)).all()]


async def list_newest_open(
    session: AsyncSession, author: Caller, now: datetime, *, limit: int
) -> Sequence[Listing]:
    """The author's own open listings, the newest."""
    asked = (
        select(Listing)
        .where(
            Listing.bank_id == author.bank_id,
            Listing.author_id == author.member_id,
            is_open(now),
        )
        .order_by(Listing.created_at.desc(), Listing.listing_id)
        .limit(limit)
    )
    return (await session.scalars(asked)).all()


async def count_open(session: AsyncSession, bank_id: UUID, author_id: UUID, now: datetime) -> int:
    """How many open listings a member has."""
    asked = (
        select(func.count())
        .select_from(Listing)
        .where(Listing.bank_id == bank_id, Listing.author_id == author_id, is_open(now))
    )
    return (await session.scalars(asked)).one()


async def has_shown_listing(session: AsyncSession, author: Caller, but_id: UUID) -> bool:
    """Whether the author has, or had, another listing that was not held back from others."""
    asked = (
        select(Listing.listing_id)
        .where(
            Listing.bank_id == author.bank_id,
            Listing.author_id == author.member_id,
            Listing.listing_id != but_id,
            ~is_held(Listing.bank_id, Listing.listing_id),
        )
        .limit(1)
    )
    return (await session.scalar(asked)) is not None


async def list_categories(session: AsyncSession, bank_id: UUID) -> Sequence[str]:
    """The slugs of the categories that the bank offers."""
    asked = (
        select(BankCategory.slug).where(BankCategory.bank_id == bank_id).order_by(BankCategory.slug)
    )
    return (await session.scalars(asked)).all()


async def has_category(session: AsyncSession, bank_id: UUID, slug: str) -> bool:
    """Whether the bank offers this category."""
    asked = select(BankCategory.slug).where(
        BankCategory.bank_id == bank_id, BankCategory.slug == slug
    )
    return (await session.scalar(asked)) is not None


def _conditions(viewer: Caller, search: Search, now: datetime) -> list[ColumnElement[bool]]:
    if search.mine:
        return [Listing.author_id == viewer.member_id, *_filters(search)]
    return [is_open(now), *_filters(search)]


def _filters(search: Search) -> list[ColumnElement[bool]]:
    exact = {"kind": search.kind, "category": search.category, "area": search.area}
    found: list[ColumnElement[bool]] = [
        getattr(Listing, name) == value for name, value in exact.items() if value is not None
    ]
    if search.language is not None:
        found.append(Listing.languages.contains([search.language]))
    if search.remote is not None:
        found.append(Listing.remote == search.remote)
    if search.q is not None:
        words = func.to_tsvector(
            literal_column("'simple'"), literal_column("listing.title || ' ' || listing.body")
        )
        found.append(words.op("@@")(func.plainto_tsquery(literal_column("'simple'"), search.q)))
    return found
