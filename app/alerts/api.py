"""The safeguarding queue over HTTP, for case workers; to everybody else it does not exist."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from app.alerts import operations, queries
from app.alerts.opening import AlertStatus, OpenedAlerts
from app.alerts.operations import thresholds_etag
from app.alerts.rules import THRESHOLD_MAX, AlertClosed, AlertKind
from app.alerts.tables import Alert
from app.banks.operations import Wish
from app.identity.access import CaseWorker, FreshCaseWorker
from app.identity.rules import Caller
from app.kit.errors import Stale
from app.kit.ground import Work
from app.kit.http import Route, Working
from app.kit.paging import Page
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import Moment, Reason, RequestBody, View
from app.kit.versions import IfMatch, tagged

router = APIRouter(prefix="/v1/alerts", route_class=Route, tags=["alerts"])
Number = Annotated[int, Field(strict=True, ge=1, le=THRESHOLD_MAX)]
Percent = Annotated[int, Field(strict=True, ge=1, le=100)]


class AlertView(View):
    """A reason to look, in numbers; what is null is not counted for this kind."""

    id: UUID
    kind: AlertKind
    member_id: UUID | None = Field(description="Null where it is about staff who are no member.")
    login_id: UUID | None = Field(
        description="Whose looks at people it is about, as in `timebank staff list`; else null."
    )
    with_id: UUID | None = Field(description="The one other who is part of the pattern.")
    minutes: int | None
    of_minutes: int | None = Field(description="The whole of which `minutes` is a part.")
    people: int | None
    times: int | None
    days: int | None = Field(description="Within how many days it was counted.")
    status: AlertStatus
    found_at: Moment
    closed_at: Moment | None
    reason: str | None = Field(description="Why it was closed.")

    @classmethod
    def of(cls, work: Work, row: Alert) -> "AlertView":
        """The view of an alert, the reason of its closing opened."""
        sealed, key = row.reason_sealed, (row.bank_id, row.alert_id)
        numbers = ("minutes", "of_minutes", "people", "times", "days")
        return cls(
            id=row.alert_id,
            kind=AlertKind(row.kind),
            member_id=row.member_id,
            login_id=row.login_id,
            with_id=row.with_id,
            status="open" if row.closed_at is None else "closed",
            found_at=row.found_at,
            closed_at=row.closed_at,
            reason=None if sealed is None else work.envelopes.open(sealed, "alert", *key),
            **{name: getattr(row, name) for name in numbers},
        )


class CloseAlert(RequestBody):
    """What came of it; kept sealed, and shown to case workers only."""

    reason: Reason = Field(examples=["We talked; she helps her aunt every day, and likes to."])


class ThresholdsView(View):
    """From which numbers on there is an alert; `app/alerts/rules.py` says what each means."""

    contacts_new: int
    contacts: int
    week_minutes: int
    share_percent: int
    share_minutes: int
    unspent_minutes: int
    same_percent: int
    same_minutes: int
    collector_people: int
    collector_minutes: int
    night_times: int
    organisation_minutes: int
    ring_times: int
    staff_people: int


class SetThresholds(RequestBody):
    """What may be changed, and why; what is left out stays."""

    reason: Reason = Field(examples=["We saw too many that were none."])
    contacts_new: Number | None = None
    contacts: Number | None = None
    week_minutes: Number | None = Field(None, examples=[600])
    share_percent: Percent | None = None
    share_minutes: Number | None = None
    unspent_minutes: Number | None = None
    same_percent: Percent | None = None
    same_minutes: Number | None = None
    collector_people: Number | None = None
    collector_minutes: Number | None = None
    night_times: Number | None = None
    organisation_minutes: Number | None = None
    ring_times: Number | None = None
    staff_people: Number | None = None

    def wish(self, caller: Caller, if_match: str | None) -> Wish:
        """The same as a value."""
        named = self.model_dump(exclude={"reason"}, exclude_none=True)
        return Wish(caller.login_id, self.reason, if_match, named)


@router.get("")
@reaches(Relation.BANK)
async def list_alerts(_: CaseWorker, opened: OpenedAlerts, work: Working) -> Page[AlertView]:
    """What waits to be looked at, or was; what was found first comes first."""
    items = [AlertView.of(work, row) for row in opened.rows]
    return Page[AlertView](items=items, next_cursor=opened.next_cursor)


@router.post("/{alert_id}/closure", responses=raises(AlertClosed))
@reaches(Relation.BANK)
async def close_alert(
    alert_id: UUID, body: CloseAlert, caller: CaseWorker, work: Working
) -> AlertView:
    """Say that it was looked at, and what came of it; nothing happens to the member."""
    return AlertView.of(work, await operations.close(work, caller, alert_id, body.reason))


@router.get("/thresholds", responses=tagged())
@reaches(Relation.BANK)
async def get_thresholds(caller: CaseWorker, work: Working, response: Response) -> ThresholdsView:
    """From which numbers on there is an alert."""
    found = await queries.get_thresholds(work.session, caller.bank_id)
    response.headers["ETag"] = thresholds_etag(caller.bank_id, found)
    return ThresholdsView.model_validate(found)


@router.patch("/thresholds", responses=tagged() | raises(Stale))
@reaches(Relation.BANK)
async def set_thresholds(
    body: SetThresholds,
    caller: FreshCaseWorker,
    work: Working,
    response: Response,
    if_match: IfMatch = None,
) -> ThresholdsView:
    """Set from which numbers on there is an alert in this bank, with a reason that is kept."""
    found = await operations.set_thresholds(work, caller.bank_id, body.wish(caller, if_match))
    response.headers["ETag"] = thresholds_etag(caller.bank_id, found)
    return ThresholdsView.model_validate(found)
