"""Areas and meeting points over HTTP; here because who may ask is known above `banks`."""

from fastapi import APIRouter, Response
from pydantic import Field

from app.banks.places import operations, queries
from app.banks.places.operations import place_etag
from app.banks.places.rules import LastArea, PlaceTaken
from app.banks.rules import Place as Named
from app.banks.tables import Area, MeetingPoint, Place
from app.identity.access import Admin, MemberOrStaff
from app.kit.errors import Stale
from app.kit.http import Route, Working
from app.kit.paging import Whole
from app.kit.problems import AcceptLanguage, language_of, raises
from app.kit.reach import Relation, reaches
from app.kit.values import RequestBody, Slug, Title, View
from app.kit.versions import IfMatch, tagged

router = APIRouter(prefix="/v1", route_class=Route, tags=["bank"])


class PlaceView(View):
    """An area or a public meeting point; the slug is its id."""

    slug: str
    label: str

    @classmethod
    def of(cls, place: Place, accept_language: str | None) -> "PlaceView":
        """The view of a place in the reader's language."""
        speaks_slovene = language_of(accept_language) == "sl"
        return cls(slug=place.slug, label=place.label_sl if speaks_slovene else place.label_en)


class Labels(RequestBody):
    """What a place is called, in each language of this program."""

    sl: Title = Field(examples=["Trg"])
    en: Title = Field(examples=["Square"])


class AddPlace(RequestBody):
    """A place for the list. No address: an area of the town, or a place open to everybody."""

    slug: Slug = Field(examples=["square"])
    labels: Labels


class RenamePlace(RequestBody):
    """Other names for a place; its slug stays."""

    labels: Labels


class OnePlaceView(PlaceView):
    """The same in every language, and whether something new can name it."""

    labels: dict[str, str] = Field(examples=[{"sl": "Center", "en": "City centre"}])
    is_offered: bool = Field(description="What named it before it was taken back still does.")

    @classmethod
    def of(cls, place: Place, accept_language: str | None) -> "OnePlaceView":
        """The view of a place."""
        return cls(
            **vars(PlaceView.of(place, accept_language)),
            labels={"sl": place.label_sl, "en": place.label_en},
            is_offered=place.withdrawn_at is None,
        )


def _shown(response: Response, place: Place, accept_language: str | None) -> OnePlaceView:
    response.headers["ETag"] = place_etag(place)
    return OnePlaceView.of(place, accept_language)


def _named(slug: str, labels: Labels) -> Named:
    return Named(slug, sl=labels.sl, en=labels.en)


@router.get("/areas")
@reaches(Relation.NOBODYS)
async def list_areas(
    caller: MemberOrStaff, work: Working, language: AcceptLanguage = None
) -> Whole[PlaceView]:
    """The areas that a listing can name, labelled in the reader's language."""
    rows = await queries.list_places(work.session, Area, caller.bank_id)
    return Whole(items=[PlaceView.of(row, language) for row in rows])


@router.get("/areas/{area}", responses=tagged())
@reaches(Relation.NOBODYS)
async def get_area(
    area: Slug,
    caller: MemberOrStaff,
    work: Working,
    response: Response,
    language: AcceptLanguage = None,
) -> OnePlaceView:
    """One area, also when it is not offered any more."""
    place = await queries.get_place(work.session, Area, caller.bank_id, area)
    return _shown(response, place, language)


@router.post("/areas", status_code=201, responses=tagged(201) | raises(PlaceTaken))
@reaches(Relation.BANK)
async def add_area(
    body: AddPlace,
    caller: Admin,
    work: Working,
    response: Response,
    language: AcceptLanguage = None,
) -> OnePlaceView:
    """Offer an area; one that was taken back is offered again."""
    named = _named(body.slug, body.labels)
    place = await operations.add_place(work, Area, caller.bank_id, named)
    return _shown(response, place, language)


@router.patch("/areas/{area}", responses=tagged() | raises(Stale))
@reaches(Relation.BANK)
async def rename_area(
    area: Slug,
    body: RenamePlace,
    caller: Admin,
    work: Working,
    response: Response,
    if_match: IfMatch = None,
    language: AcceptLanguage = None,
) -> OnePlaceView:
    """Give an area other names."""
    named = _named(area, body.labels)
    place = await operations.rename_place(work, Area, caller.bank_id, named, if_match)
    return _shown(response, place, language)


@router.delete("/areas/{area}", status_code=204, responses=raises(LastArea))
@reaches(Relation.BANK)
async def withdraw_area(area: Slug, caller: Admin, work: Working) -> None:
    """Offer an area no more; listings that name it go on doing so."""
    await operations.withdraw_area(work, caller.bank_id, area)


@router.get("/meeting-points")
@reaches(Relation.NOBODYS)
async def list_meeting_points(
    caller: MemberOrStaff, work: Working, language: AcceptLanguage = None
) -> Whole[PlaceView]:
    """The public places where an exchange may begin."""
    rows = await queries.list_places(work.session, MeetingPoint, caller.bank_id)
    return Whole(items=[PlaceView.of(row, language) for row in rows])


@router.get("/meeting-points/{meeting_point}", responses=tagged())
@reaches(Relation.NOBODYS)
async def get_meeting_point(
    meeting_point: Slug,
    caller: MemberOrStaff,
    work: Working,
    response: Response,
    language: AcceptLanguage = None,
) -> OnePlaceView:
    """One meeting point, also when it is not offered any more."""
    place = await queries.get_place(work.session, MeetingPoint, caller.bank_id, meeting_point)
    return _shown(response, place, language)


@router.post("/meeting-points", status_code=201, responses=tagged(201) | raises(PlaceTaken))
@reaches(Relation.BANK)
async def add_meeting_point(
    body: AddPlace,
    caller: Admin,
    work: Working,
    response: Response,
    language: AcceptLanguage = None,
) -> OnePlaceView:
    """Offer a public place to meet at; one that was taken back is offered again."""
    named = _named(body.slug, body.labels)
    place = await operations.add_place(work, MeetingPoint, caller.bank_id, named)
    return _shown(response, place, language)


@router.patch("/meeting-points/{meeting_point}", responses=tagged() | raises(Stale))
@reaches(Relation.BANK)
async def rename_meeting_point(
    meeting_point: Slug,
    body: RenamePlace,
    caller: Admin,
    work: Working,
    response: Response,
    if_match: IfMatch = None,
    language: AcceptLanguage = None,
) -> OnePlaceView:
    """Give a meeting point other names."""
    named = _named(meeting_point, body.labels)
    place = await operations.rename_place(work, MeetingPoint, caller.bank_id, named, if_match)
    return _shown(response, place, language)


@router.delete("/meeting-points/{meeting_point}", status_code=204)
@reaches(Relation.BANK)
async def withdraw_meeting_point(meeting_point: Slug, caller: Admin, work: Working) -> None:
    """Offer a meeting point no more; exchanges that name it go on doing so."""
    await operations.withdraw_meeting_point(work, caller.bank_id, meeting_point)
