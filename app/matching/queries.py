"""Retrieving and ranking matches."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.rules import Caller, Role
from app.kit.errors import NotFound
from app.listings import queries as listings
from app.listings.categories import siblings
from app.listings.queries import Seen
from app.listings.rules import ListingKind
from app.listings.tables import Listing
from app.matching.rules import Reason, Side, judge, score
from app.members.queries import may_meet, visible_to

CANDIDATES_MAX: Final = 500
"""How many listings are scored at the most; the freshest months first."""


class Match(NamedTuple):
    """A listing that fits, with the reasons that add up to its score."""

    seen: Seen
    score: float
    reasons: list[Reason]


async def list_matches(
    session: AsyncSession, viewer: Caller, listing_id: UUID, *, now: datetime, limit: int
) -> list[Match]:
    """The best listings of the other kind, best first; ties by id, which tells nothing.

    Raises:
        NotFound: when the listing is neither the viewer's own nor open to a coordinator.
    """
    mine = await listings.get_listing(session, viewer, listing_id, now)
    if mine.listing.author_id != viewer.member_id and not viewer.may(Role.COORDINATOR):
        raise NotFound
    found = [
        _match(mine.listing, seen) for seen in await _candidates(session, viewer, mine.listing, now)
    ]
    found.sort(key=lambda match: (-match.score, match.seen.listing.listing_id))
    return found[:limit]


async def _candidates(
    session: AsyncSession, viewer: Caller, mine: Listing, now: datetime
) -> Sequence[Seen]:
    """Listings that pass every hard filter.

    An author finds what they may see, as everywhere; staff find what two people may meet over.
    """
    is_own = mine.author_id == viewer.member_id
    meets = visible_to(viewer) if is_own else may_meet(mine.bank_id, mine.author_id)
    exact = Listing.category == mine.category
    asked = (
        listings.seen_by(viewer)
        .where(
            Listing.kind == ListingKind(mine.kind).other,
            Listing.author_id != mine.author_id,
            meets,
            listings.is_open(now),
            _reachable(mine),
            Listing.languages.overlap(mine.languages),
            Listing.category.in_([mine.category, *siblings(mine.category)]),
        )
        .order_by(exact.desc(), Listing.posted_month.desc(), Listing.listing_id)
        .limit(CANDIDATES_MAX)
    )
    return [Seen(*row) for row in (await session.execute(asked)).all()]


def _reachable(mine: Listing) -> ColumnElement[bool]:
    """`rules.is_reachable` as a condition."""
    ways: list[ColumnElement[bool]] = [Listing.remote.is_(True)] if mine.remote else []
    if _side(mine).in_person:
        ways.append(or_(Listing.area.is_not(None), Listing.remote.is_(False)))
    return or_(*ways)


def _match(mine: Listing, seen: Seen) -> Match:
    reasons = judge(_side(mine), _side(seen.listing))
    return Match(seen, score(reasons), reasons)


def _side(row: Listing) -> Side:
    return Side(row.category, frozenset(row.languages), row.area, row.remote)
