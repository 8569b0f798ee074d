"""Posting, changing and withdrawing listings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import update

from app.banks.places import queries as places
from app.banks.tables import Area
from app.identity.rules import Caller
from app.kit.ground import Work
from app.kit.ids import new_id
from app.kit.versions import etag, refuse_stale
from app.listings import queries
from app.listings.categories import CATEGORIES
from app.listings.queries import Seen
from app.listings.rules import (
    AlreadyOver,
    ListingKind,
    ListingSentAway,
    ListingStatus,
    ListingWithdrawn,
    TooManyListings,
    UnknownArea,
    UnknownCategory,
)
from app.listings.tables import BankCategory, Listing
from app.members import queries as members
from app.screening import operations as screening
from app.screening.operations import Written
from app.screening.rules import Subject

EMPTIED_TITLE: Final = "-"


@dataclass(frozen=True)
class ListingText:
    """What an author says of a listing."""

    kind: ListingKind
    title: str
    body: str
    category: str
    language: str
    languages: Sequence[str]
    area: str | None
    remote: bool
    minutes: int | None
    availability: str | None
    expires_at: datetime | None


async def post(work: Work, caller: Caller, text: ListingText) -> Seen:
    """A new listing of the caller's.

    Raises:
        UnknownCategory, UnknownArea, AlreadyOver: what does not fit.
        TooManyListings: when the caller has as many open as one may have.
    """
    author = await members.lock_me(work.session, caller)
    await _refuse_too_many(work, caller)
    listing = Listing(
        bank_id=caller.bank_id,
        listing_id=new_id(),
        author_id=caller.me,
        status=ListingStatus.OPEN,
        version=1,
        posted_month=month_of(work.now),
        created_at=work.now,
        **vars(text) | {"languages": list(dict.fromkeys(text.languages))},
    )
    await _refuse_unfit(work, listing, vars(text))
    work.session.add(listing)
    await work.session.flush()
    others = await queries.has_shown_listing(work.session, caller, listing.listing_id)
    await _screen(work, caller, listing, is_first=not others)
    return Seen(listing, author.alias)


async def change(
    work: Work, caller: Caller, listing_id: UUID, changes: dict[str, object], if_match: str | None
) -> Seen:
    """Change one's own listing; what is not named stays.

    Raises:
        NotFound: when it is not the caller's.
        Stale: when `If-Match` names an older version.
        ListingWithdrawn, ListingSentAway: when it is not there any more.
        UnknownCategory, UnknownArea, AlreadyOver: what does not fit.
        TooManyListings: when it was over and would be one open listing too many.
    """
    listing = await queries.lock_own_listing(work.session, caller, listing_id)
    refuse_stale(if_match, listing_etag(listing))
    await _refuse_closed(work, caller, listing)
    for name, value in changes.items():
        setattr(listing, name, value)
    listing.languages = list(dict.fromkeys(listing.languages))
    await _refuse_unfit(work, listing, changes)
    listing.version += 1
    author = await members.get_member(work.session, caller.bank_id, caller.me)
    await _screen(work, caller, listing)
    return Seen(listing, author.alias)


async def renew(work: Work, caller: Caller, listing_id: UUID, expires_at: datetime | None) -> Seen:
    """Say that one's own listing is still meant: it stands among this month's, with this end.

    Raises:
        NotFound: when it is not the caller's.
        ListingWithdrawn, ListingSentAway: when it is not there any more.
        AlreadyOver: when the end has passed.
        TooManyListings: when it was over and would be one open listing too many.
    """
    listing = await queries.lock_own_listing(work.session, caller, listing_id)
    await _refuse_closed(work, caller, listing)
    listing.expires_at = expires_at
    listing.posted_month = month_of(work.now)
    _refuse_over(work, listing)
    listing.version += 1
    author = await members.get_member(work.session, caller.bank_id, caller.me)
    return Seen(listing, author.alias)


async def withdraw(work: Work, caller: Caller, listing_id: UUID) -> None:
    """Take one's own listing back, for good; exchanges that were agreed on it go on.

    Raises:
        NotFound: when it is not the caller's.
    """
    listing = await queries.lock_own_listing(work.session, caller, listing_id)
    listing.status = ListingStatus.WITHDRAWN
    listing.version += 1


async def withdraw_all(work: Work, bank_id: UUID, author_id: UUID) -> None:
    """Take back every listing of somebody who leaves, what was sent away too."""
    await work.session.execute(
        update(Listing)
        .where(
            Listing.bank_id == bank_id,
            Listing.author_id == author_id,
            Listing.status != ListingStatus.WITHDRAWN,
        )
        .values(status=ListingStatus.WITHDRAWN, version=Listing.version + 1)
    )


async def empty_all(work: Work, bank_id: UUID, author_id: UUID) -> None:
    """Take the words out of every listing of somebody who is forgotten."""
    await work.session.execute(
        update(Listing)
        .where(Listing.bank_id == bank_id, Listing.author_id == author_id)
        .values(
            title=EMPTIED_TITLE,
            body="",
            availability=None,
            status=ListingStatus.WITHDRAWN,
            decision_reason_sealed=None,
            decided_by=None,
            decided_at=None,
        )
    )


async def enable_all_categories(work: Work, bank_id: UUID) -> None:
    """Offer every category of the project in a new bank."""
    work.session.add_all([BankCategory(bank_id=bank_id, slug=slug) for slug in CATEGORIES])
    await work.session.flush()


def listing_etag(listing: Listing) -> str:
    """The entity tag of a listing."""
    return etag("listing", listing.listing_id, listing.version)


def month_of(moment: datetime) -> datetime:
    """The first moment of the month: all that others see of a time."""
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


async def _screen(work: Work, caller: Caller, listing: Listing, *, is_first: bool = False) -> None:
    text = "\n".join([listing.title, listing.body, listing.availability or ""])
    written = Written(Subject.LISTING, listing.listing_id, text, is_first)
    await screening.screen(work, caller, written)


def refuse_gone(listing: Listing) -> None:
    """Refuse what cannot be changed any more.

    Raises:
        ListingWithdrawn, ListingSentAway: by whomever.
    """
    if listing.status == ListingStatus.WITHDRAWN:
        raise ListingWithdrawn
    if listing.status == ListingStatus.SENT_AWAY:
        raise ListingSentAway


async def _refuse_closed(work: Work, caller: Caller, listing: Listing) -> None:
    """What is over is opened by this again, and counts as one more that is open."""
    refuse_gone(listing)
    if listing.expires_at is not None and listing.expires_at <= work.now:
        await members.lock_me(work.session, caller)
        await _refuse_too_many(work, caller)


async def _refuse_too_many(work: Work, caller: Caller) -> None:
    """Count under the lock of the author's own row, or two posts could pass the limit at once."""
    open_max = work.settings.open_listings_max
    open_now = await queries.count_open(work.session, caller.bank_id, caller.me, work.now)
    if open_now >= open_max:
        raise TooManyListings(open_max=open_max)


def _refuse_over(work: Work, listing: Listing) -> None:
    if listing.expires_at is not None and listing.expires_at <= work.now:
        raise AlreadyOver


async def _refuse_unfit(work: Work, listing: Listing, named: Mapping[str, object]) -> None:
    """What is named anew must be offered now; what stays may have been taken back since."""
    _refuse_over(work, listing)
    if not await queries.has_category(work.session, listing.bank_id, listing.category):
        raise UnknownCategory(category=listing.category)
    area = listing.area if "area" in named else None
    if area and not await places.is_offered(work.session, Area, listing.bank_id, area):
        raise UnknownArea(area=area)
