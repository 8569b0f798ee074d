"""The bank and its lists over HTTP; here because who may ask is known above `banks`."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Header, Response
from pydantic import Field, StrictBool

from app.banks import operations, queries
from app.banks.operations import safety_etag
from app.banks.rules import Preset
from app.banks.tables import Area, MeetingPoint
from app.identity.access import Admin, MemberOrStaff
from app.kit.errors import NotFound, Stale
from app.kit.http import Public, Route, Working
from app.kit.problems import language_of, raises
from app.kit.reach import Relation, reaches
from app.kit.values import RequestBody, Slug, View

router = APIRouter(prefix="/v1", route_class=Route, tags=["bank"])
IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=500)]
Contacts = Annotated[int, Field(strict=True, ge=1, le=1_000)]
AcceptLanguage = Annotated[str | None, Header(alias="Accept-Language", max_length=200)]


class BankView(View):
    """A bank's name, languages, and the rules that concern members."""

    slug: str
    name: str
    time_zone: str
    languages: list[str]
    terms_version: int
    floor_minutes: int


class SafetyView(View):
    """What a bank does for the safety of its members."""

    vetting_ladder: bool
    first_listings_read: bool
    screening: bool
    contacts_new_max: int | None
    contacts_max: int | None
    alerts: bool


class ChangeBank(RequestBody):
    """What may be changed; what is left out stays. A preset comes first, then the settings."""

    preset: Preset | None = None
    vetting_ladder: StrictBool | None = None
    first_listings_read: StrictBool | None = None
    screening: StrictBool | None = None
    contacts_new_max: Contacts | None = Field(None, description="Null: as many as they like.")
    contacts_max: Contacts | None = Field(None, description="Null: as many as they like.")
    alerts: StrictBool | None = None

    def changes(self) -> dict[str, object]:
        """What was named; null only means something for the numbers of contacts."""
        named = {name: getattr(self, name) for name in self.model_fields_set - {"preset"}}
        clearable = {"contacts_new_max", "contacts_max"}
        return {name: one for name, one in named.items() if one is not None or name in clearable}


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


@router.get("/bank/safety")
@reaches(Relation.BANK)
async def get_safety(caller: Admin, work: Working, response: Response) -> SafetyView:
    """What the bank does for the safety of its members."""
    safety = await queries.get_safety(work.session, caller.bank_id)
    response.headers["ETag"] = safety_etag(safety)
    return SafetyView.model_validate(safety)


@router.patch("/bank", responses=raises(Stale))
@reaches(Relation.BANK)
async def change_bank(
    body: ChangeBank,
    caller: Admin,
    work: Working,
    response: Response,
    if_match: IfMatch = None,
) -> SafetyView:
    """Change what the bank does for safety: a whole preset, single settings, or both."""
    safety = await operations.change_safety(
        work, caller.bank_id, if_match=if_match, preset=body.preset, changes=body.changes()
    )
    response.headers["ETag"] = safety_etag(safety)
    return SafetyView.model_validate(safety)


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
