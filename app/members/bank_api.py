"""The bank and its lists over HTTP; here because who may ask is known above `banks`."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Response
from pydantic import Field, JsonValue, StrictBool

from app.banks import operations, queries
from app.banks.operations import Wish, etag_of
from app.banks.rules import Preset
from app.banks.tables import Area, BankChange, MeetingPoint
from app.identity.access import Admin, Auditor, FreshAdmin, MemberOrStaff
from app.identity.rules import Caller
from app.kit.errors import NotFound, Stale
from app.kit.ground import Work
from app.kit.http import Public, Route, Working
from app.kit.paging import Page, Pager, Paging
from app.kit.problems import language_of, raises
from app.kit.reach import Relation, reaches
from app.kit.values import Moment, Reason, RequestBody, Slug, View, as_rfc3339

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


class BankRulesView(BankView):
    """The same, with what staff see of it: no word of a preset is for members' screens."""

    preset: Preset


class SafetyView(View):
    """What a bank does for the safety of its members."""

    vetting_ladder: bool
    first_listings_read: bool
    screening: bool
    contacts_new_max: int | None
    contacts_max: int | None
    alerts: bool


class ChangeBank(RequestBody):
    """What may be changed, and why; what is left out stays."""

    reason: Reason = Field(examples=["The meeting of members decided it."])
    preset: Preset | None = Field(None, description="Brings its settings for safety with it.")

    def wish(self, caller: Caller, if_match: str | None) -> Wish:
        """The same as a value."""
        named = self.model_dump(exclude={"reason"}, exclude_none=True, mode="json")
        return Wish(caller.login_id, self.reason, if_match, named)


class ChangeSafety(RequestBody):
    """What may be changed, and why; what is left out stays."""

    reason: Reason = Field(examples=["We read them all at the desk now."])
    vetting_ladder: StrictBool | None = None
    first_listings_read: StrictBool | None = None
    screening: StrictBool | None = None
    contacts_new_max: Contacts | None = Field(None, description="Null: as many as they like.")
    contacts_max: Contacts | None = Field(None, description="Null: as many as they like.")
    alerts: StrictBool | None = None

    def wish(self, caller: Caller, if_match: str | None) -> Wish:
        """The same as a value; null only means something for the numbers of contacts."""
        named = {name: getattr(self, name) for name in self.model_fields_set - {"reason"}}
        clearable = {"contacts_new_max", "contacts_max"}
        changes = {name: one for name, one in named.items() if one is not None or name in clearable}
        return Wish(caller.login_id, self.reason, if_match, changes)


class BankChangeView(View):
    """A change of the bank's rules."""

    id: UUID
    login_id: UUID = Field(description="Of whoever changed it, as in `timebank staff list`.")
    reason: str
    before: dict[str, JsonValue]
    after: dict[str, JsonValue]
    at: Moment

    @classmethod
    def of(cls, work: Work, row: BankChange) -> "BankChangeView":
        """The view of a row, its reason opened."""
        key = (row.bank_id, row.change_id)
        return cls(
            id=row.change_id,
            login_id=row.login_id,
            reason=work.vault.open(row.reason_sealed, "bank-change", *key),
            before=row.before,
            after=row.after,
            at=row.changed_at,
        )


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
async def get_bank(
    work: Working, response: Response, _: Public, bank: Slug | None = None
) -> BankView:
    """A bank's public face; the default bank when none is named."""
    row = await queries.get_bank(work.session, bank or work.settings.default_bank)
    response.headers["ETag"] = etag_of(row)
    return BankView.model_validate(row)


@router.patch("/bank", responses=raises(Stale))
@reaches(Relation.BANK)
async def change_bank(
    body: ChangeBank,
    caller: FreshAdmin,
    work: Working,
    response: Response,
    if_match: IfMatch = None,
) -> BankRulesView:
    """Change the bank, with a reason that is kept."""
    row = await operations.change_bank(work, caller.bank_id, body.wish(caller, if_match))
    response.headers["ETag"] = etag_of(row)
    return BankRulesView.model_validate(row)


@router.get("/bank/safety")
@reaches(Relation.BANK)
async def get_safety(caller: Admin, work: Working, response: Response) -> SafetyView:
    """What the bank does for the safety of its members."""
    safety = await queries.get_safety(work.session, caller.bank_id)
    response.headers["ETag"] = etag_of(safety)
    return SafetyView.model_validate(safety)


@router.patch("/bank/safety", responses=raises(Stale))
@reaches(Relation.BANK)
async def change_safety(
    body: ChangeSafety,
    caller: FreshAdmin,
    work: Working,
    response: Response,
    if_match: IfMatch = None,
) -> SafetyView:
    """Change single settings of what the bank does for safety, with a reason that is kept."""
    safety = await operations.change_safety(work, caller.bank_id, body.wish(caller, if_match))
    response.headers["ETag"] = etag_of(safety)
    return SafetyView.model_validate(safety)


@router.get("/bank/changes")
@reaches(Relation.BANK)
async def list_bank_changes(caller: Auditor, work: Working, page: Paging) -> Page[BankChangeView]:
    """Who changed the bank's rules, why, and what was before; newest first."""
    pager = Pager(work.vault, caller.login_id, "bank-changes", page)
    rows = await queries.list_changes(
        work.session, caller.bank_id, after=pager.after_moment(), limit=page.limit + 1
    )
    items, cursor = pager.cut(rows, lambda row: [as_rfc3339(row.changed_at), str(row.change_id)])
    views = [BankChangeView.of(work, row) for row in items]
    return Page[BankChangeView](items=views, next_cursor=cursor)


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
