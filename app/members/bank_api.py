"""The bank over HTTP; here because who may ask is known above `banks`."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field, JsonValue, StrictBool

from app.banks import operations, queries
from app.banks.operations import Wish, etag_of
from app.banks.rules import OPENING_CREDIT_MINUTES_MAX, OpeningOverCeiling, Preset
from app.banks.tables import BankChange
from app.identity.access import Admin, Auditor, FreshAdmin
from app.identity.rules import Caller
from app.kit.errors import NotFound, Stale
from app.kit.ground import Work
from app.kit.http import Public, Route, Working
from app.kit.paging import Page, Pager, Paging
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import Languages, Moment, Reason, RequestBody, Slug, TimeZone, Title, View
from app.kit.versions import IfMatch, tagged

router = APIRouter(prefix="/v1", route_class=Route, tags=["bank"])
OpeningCredit = Annotated[int, Field(strict=True, ge=0, le=OPENING_CREDIT_MINUTES_MAX)]
Contacts = Annotated[int, Field(strict=True, ge=1, le=1_000)]


class BankView(View):
    """A bank's name, languages, and the rules that concern members."""

    slug: str = Field(examples=["kljuc"])
    name: str
    time_zone: str
    languages: list[str]
    terms_version: int
    floor_minutes: int
    opening_credit_minutes: int = Field(
        description="What everybody begins with when they become a member."
    )


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
    name: Title | None = Field(None, examples=["Ključ"])
    languages: Languages | None = Field(None, description="Whose words the desk understands.")
    time_zone: TimeZone | None = Field(None, description="Of the IANA list.")
    opening_credit_minutes: OpeningCredit | None = Field(
        None, examples=[60], description="From now on: who is a member already gets nothing."
    )
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
    before: dict[str, JsonValue] = Field(examples=[{"screening": False}])
    after: dict[str, JsonValue] = Field(examples=[{"screening": True}])
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


@router.get("/bank", responses=tagged() | raises(NotFound))
@reaches(Relation.NOBODYS)
async def get_bank(
    work: Working, response: Response, _: Public, bank: Slug | None = None
) -> BankView:
    """A bank's public face; the default bank when none is named."""
    row = await queries.get_bank(work.session, bank or work.settings.default_bank)
    response.headers["ETag"] = etag_of(row)
    return BankView.model_validate(row)


@router.patch("/bank", responses=tagged() | raises(Stale, OpeningOverCeiling))
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


@router.get("/bank/safety", responses=tagged())
@reaches(Relation.BANK)
async def get_safety(caller: Admin, work: Working, response: Response) -> SafetyView:
    """What the bank does for the safety of its members."""
    safety = await queries.get_safety(work.session, caller.bank_id)
    response.headers["ETag"] = etag_of(safety)
    return SafetyView.model_validate(safety)


@router.patch("/bank/safety", responses=tagged() | raises(Stale))
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
        work.session, caller.bank_id, after=pager.after_moment(), limit=pager.rows_max
    )
    show = partial(BankChangeView.of, work)
    return pager.page(rows, lambda row: (row.changed_at, row.change_id), show)
