"""Retrieving and ranking matches."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.rules import Caller, Role
from app.kit.errors import NotFound
from app.listings import queries as listings
from app.listings.categories import siblings
from app.listings.queries import Seen
from app.listings.rules import ListingKind
from app.listings.tables import Listing
from app.matching.rules import Reason, Side, is_reachable, judge, score
from app.members.queries import may_meet, visible_to

CANDIDATES_MAX: Final = 500
"""How many listings are scored at the most; the freshest months first."""


MINE_MAX: Final = 20
"""For so many of one's own open listings, the newest, matches are looked for at once."""


class Match(NamedTuple):
    """A listing that fits, with the reasons that add up to its score."""

    seen: Seen
    score: float
    reasons: list[Reason]


class MyMatch(NamedTuple):
    """A match, and the reader's own listing that it is one for."""

    match: Match
    my_listing_id: UUID


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
    found.sort(key=_best_first)
    return found[:limit]


async def list_my_matches(
    session: AsyncSession, viewer: Caller, *, now: datetime, limit: int
) -> list[MyMatch]:
    """What fits any of the viewer's open listings, best first, each listing for its best one."""
    mine = await listings.list_newest_open(session, viewer, now, limit=MINE_MAX)
    if not mine:
        return []
    asked = (
        listings.seen_by(viewer)
        .where(
            Listing.author_id != viewer.member_id,
            listings.is_open(now),
            or_(*(_fits(one) for one in mine)),
        )
        .order_by(Listing.posted_month.desc(), Listing.listing_id)
        .limit(CANDIDATES_MAX)
    )
    best: dict[UUID, MyMatch] = {}
    for seen in [Seen(*row) for row in (await session.execute(asked)).all()]:
        pairs = [MyMatch(_match(one, seen), one.listing_id) for one in mine if _is_fit(one, seen)]
        best[seen.listing.listing_id] = min(pairs, key=lambda pair: _best_first(pair.match))
    return sorted(best.values(), key=lambda pair: _best_first(pair.match))[:limit]


def _best_first(match: Match) -> tuple[float, UUID]:
    """Ties by id, which tells nothing."""
    return -match.score, match.seen.listing.listing_id


async def _candidates(
    session: AsyncSession, viewer: Caller, mine: Listing, now: datetime
) -> Sequence[Seen]:
    """Listings that pass every hard filter.

    An author finds what they may see, as everywhere; staff find what two people may meet over, and
    nothing of their own: what is missing of it would tell who has a contact that they block.
    """
    is_own = mine.author_id == viewer.member_id
    meets = visible_to(viewer) if is_own else may_meet(mine.bank_id, mine.author_id)
    exact = Listing.category == mine.category
    asked = (
        listings.seen_by(viewer)
        .where(
            Listing.author_id != mine.author_id,
            Listing.author_id.is_distinct_from(viewer.member_id),
            meets,
            listings.is_open(now),
            _fits(mine),
        )
        .order_by(exact.desc(), Listing.posted_month.desc(), Listing.listing_id)
        .limit(CANDIDATES_MAX)
    )
    return [Seen(*row) for row in (await session.execute(asked)).all()]


def _fits(mine: Listing) -> ColumnElement[bool]:
    """The hard filters that two listings decide alone."""
    return and_(
        Listing.kind == ListingKind(mine.kind).other,
        _reachable(mine),
        Listing.languages.overlap(mine.languages),
        Listing.category.in_([mine.category, *siblings(mine.category)]),
    )


def _is_fit(mine: Listing, seen: Seen) -> bool:
    """`_fits` for a listing that is here already."""
    other = seen.listing
    return (
        other.kind == ListingKind(mine.kind).other
        and is_reachable(_side(mine), _side(other))
        and not set(mine.languages).isdisjoint(other.languages)
        and other.category in {mine.category, *siblings(mine.category)}
    )


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
