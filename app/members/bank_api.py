"""The bank and its lists over HTTP; here because who may ask is known above `banks`."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Header

from app.banks import queries
from app.banks.rules import Preset
from app.banks.tables import Area, MeetingPoint
from app.identity.access import MemberOrStaff
from app.kit.errors import NotFound
from app.kit.http import Public, Route, Working
from app.kit.problems import language_of, raises
from app.kit.reach import Relation, reaches
from app.kit.values import Slug, View

router = APIRouter(prefix="/v1", route_class=Route, tags=["bank"])
AcceptLanguage = Annotated[str | None, Header(alias="Accept-Language", max_length=200)]


class BankView(View):
    """A bank's name, languages, and the rules that concern members."""

    slug: str
    name: str
    preset: Preset
    time_zone: str
    languages: list[str]
    terms_version: int
    floor_minutes: int


class PlaceView(View):
    """An area or a public meeting point; the slug is its id."""

    slug: str
    label: str


class PlaceList(View):
    """All of the bank's places of one kind: a short list that has no further page."""

    items: list[PlaceView]
    next_cursor: None = None


@router.get("/bank", responses=raises(NotFound))
@reaches(Relation.NOBODYS)
async def get_bank(work: Working, _: Public, bank: Slug | None = None) -> BankView:
    """A bank's public face; the default bank when none is named."""
    slug = bank or work.settings.default_bank
    return BankView.model_validate(await queries.get_bank(work.session, slug))


@router.get("/areas")
@reaches(Relation.NOBODYS)
async def list_areas(
    caller: MemberOrStaff, work: Working, accept_language: AcceptLanguage = None
) -> PlaceList:
    """The areas that a listing can name, labelled in the reader's language."""
    return _places(await queries.list_areas(work.session, caller.bank_id), accept_language)


@router.get("/meeting-points")
@reaches(Relation.NOBODYS)
async def list_meeting_points(
    caller: MemberOrStaff, work: Working, accept_language: AcceptLanguage = None
) -> PlaceList:
    """The public places where an exchange may begin."""
    rows = await queries.list_meeting_points(work.session, caller.bank_id)
    return _places(rows, accept_language)


def _places(
    rows: Sequence[Area] | Sequence[MeetingPoint], accept_language: str | None
) -> PlaceList:
    speaks_slovene = language_of(accept_language) == "sl"
    views = [
        PlaceView(slug=row.slug, label=row.label_sl if speaks_slovene else row.label_en)
        for row in rows
    ]
    return PlaceList(items=views)
