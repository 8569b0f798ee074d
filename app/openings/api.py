"""Which of the staff looked at me, over HTTP."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.identity.access import SignedIn
from app.kit.ground import Work
from app.kit.http import Route, Working
from app.kit.paging import Page, Pager, Paging
from app.kit.reach import Relation, reaches
from app.kit.values import Moment, View
from app.openings import queries
from app.openings.rules import OpeningKind, ShownReason, ShownRole, shown_role
from app.openings.tables import Opening

router = APIRouter(prefix="/v1", route_class=Route, tags=["openings"])


class OpeningView(View):
    """One look of the staff at my record: what at, when and why, not by whom."""

    id: UUID
    kind: OpeningKind
    role: ShownRole
    reason: str | None = Field(description="As it was given; null where the case is the reason.")
    at: Moment

    @classmethod
    def of(cls, work: Work, row: Opening) -> "OpeningView":
        """The view of an opening, its reason opened."""
        sealed, key = row.reason_sealed, (row.bank_id, row.opening_id)
        kind = OpeningKind(row.kind)
        return cls(
            id=row.opening_id,
            kind=kind,
            role=shown_role(kind),
            reason=None if sealed is None else work.envelopes.open(sealed, "opening", *key),
            at=row.opened_at,
        )


class MonthView(View):
    """A month in which staff opened or wrote records that are kept of every member alike."""

    month: date
    role: ShownRole = ShownRole.STAFF
    reason: ShownReason = ShownReason.SUPPORT


class AccessLogView(Page[OpeningView]):
    """Who looked at me, and what is the same on everybody's screen."""

    everybody: list[MonthView] = Field(
        description="The same for every member of the bank, newest first: each has such a record."
        " Whose were opened shows on no screen; ask at the desk, and you are told about yours."
    )


@router.get("/me/access-log")
@reaches(Relation.OWN)
async def list_access_log(caller: SignedIn, work: Working, page: Paging) -> AccessLogView:
    """Which staff looked at my record, when and why, newest first."""
    pager = Pager(work.vault, caller.login_id, "access-log", page)
    key = pager.after()
    rows = (
        await queries.list_openings_of(
            work.session,
            caller.bank_id,
            caller.member_id,
            before_seq=key[0] if key else None,
            limit=page.limit + 1,
        )
        if caller.member_id
        else []
    )
    items, cursor = pager.cut(rows, lambda row: [row.seq])
    months = await queries.list_months(work.session, caller)
    return AccessLogView(
        items=[OpeningView.of(work, row) for row in items],
        next_cursor=cursor,
        everybody=[MonthView(month=one) for one in months],
    )
