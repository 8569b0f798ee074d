"""Keeping a bank's lists of places."""

from uuid import UUID

from app.banks import queries as banks
from app.banks.places import queries
from app.banks.places.queries import Kind
from app.banks.places.rules import LastArea, PlaceTaken
from app.banks.rules import Place as Named
from app.banks.tables import Area, MeetingPoint, Place
from app.kit.errors import NotFound
from app.kit.ground import Work
from app.kit.versions import etag, refuse_stale


async def add_place(work: Work, kind: Kind, bank_id: UUID, named: Named) -> Place:
    """Offer a place; one that was taken back is offered again, under these names.

    Raises:
        PlaceTaken: when it is offered already.
    """
    await banks.lock_bank(work.session, bank_id)  # or two could add the same one at once
    place = await queries.lock_place(work.session, kind, bank_id, named.slug)
    if place is None:
        place = kind(bank_id=bank_id, slug=named.slug)
        work.session.add(place)
    elif place.withdrawn_at is None:
        raise PlaceTaken(slug=named.slug)
    place.label_sl, place.label_en, place.withdrawn_at = named.sl, named.en, None
    await work.session.flush()
    return place


async def rename_place(
    work: Work, kind: Kind, bank_id: UUID, named: Named, if_match: str | None
) -> Place:
    """Give a place other names.

    Raises:
        NotFound: when the list never had it.
        Stale: when `If-Match` names an older version.
    """
    place = await queries.lock_place(work.session, kind, bank_id, named.slug)
    if place is None:
        raise NotFound
    refuse_stale(if_match, place_etag(place))
    place.label_sl, place.label_en = named.sl, named.en
    return place


async def withdraw_area(work: Work, bank_id: UUID, slug: str) -> None:
    """Offer an area no more; what names it goes on doing so. Again is the same.

    Raises:
        NotFound: when the list never had it.
        LastArea: when the bank offers no other.
    """
    await banks.lock_bank(work.session, bank_id)  # or two could take back the last two at once
    offered = await queries.list_places(work.session, Area, bank_id)
    if [one.slug for one in offered] == [slug]:
        raise LastArea
    await _withdraw(work, Area, bank_id, slug)


async def withdraw_meeting_point(work: Work, bank_id: UUID, slug: str) -> None:
    """The same for a meeting point, of which a bank may have none.

    Raises:
        NotFound: when the list never had it.
    """
    await _withdraw(work, MeetingPoint, bank_id, slug)


async def _withdraw(work: Work, kind: Kind, bank_id: UUID, slug: str) -> None:
    place = await queries.lock_place(work.session, kind, bank_id, slug)
    if place is None:
        raise NotFound
    place.withdrawn_at = place.withdrawn_at or work.now


def place_etag(place: Place) -> str:
    """The entity tag of a place."""
    return etag("place", place.slug, place.label_sl, place.label_en, place.withdrawn_at)
