"""Notices over HTTP."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.identity.access import MemberOrStaff
from app.kit.http import Route, Working
from app.kit.paging import Page, Pager, Paging
from app.kit.reach import Relation, reaches
from app.kit.values import Moment, NoBody, View
from app.notices import operations, queries
from app.notices.rules import NoticeKind
from app.notices.tables import Notice

router = APIRouter(prefix="/v1/notices", route_class=Route, tags=["notices"])
SUBJECT = (
    "What to read: `exchange_*`, `confirmation_awaited` mean an exchange (to a coordinator its "
    "case), `dispute_*` a dispute, `flag_*` a flag, `listing_*` a listing, `screening_*` a "
    "screening, `emergency_*` an emergency, `alert_*` an alert, `hours_granted` a grant, other "
    "`hours_*` and `transfer_*` a transfer (`transfer_id` of the statement), `posting_*` a "
    "posting, `group_session_*` a session, `recovery_*` the `id` in /v1/me/recovery, `session_*` "
    "a session that was ended, `application_*`, `sign_in_code_*` and `email_*` a member; "
    "`safeguarding_alert` names nothing."
)


class NoticeView(View):
    """Something to look at: what kind, and the id of its subject."""

    id: UUID
    kind: NoticeKind
    subject_id: UUID = Field(description=SUBJECT)
    at: Moment
    is_read: bool

    @classmethod
    def of(cls, row: Notice) -> "NoticeView":
        """The view of a row."""
        return cls(
            id=row.notice_id,
            kind=NoticeKind(row.kind),
            subject_id=row.subject_id,
            at=row.created_at,
            is_read=row.read_at is not None,
        )


@router.get("")
@reaches(Relation.OWN)
async def list_notices(caller: MemberOrStaff, work: Working, page: Paging) -> Page[NoticeView]:
    """My notices, newest first; staff also see those of their roles."""
    pager = Pager(work.vault, caller.login_id, "notices", page)
    rows = await queries.list_notices(
        work.session, caller, after=pager.after_moment(), limit=pager.rows_max
    )
    return pager.page(rows, lambda row: (row.created_at, row.notice_id), NoticeView.of)


@router.post("/{notice_id}/read")
@reaches(Relation.OWN)
async def read_notice(
    notice_id: UUID, caller: MemberOrStaff, work: Working, _: NoBody | None = None
) -> NoticeView:
    """Mark a notice as read."""
    return NoticeView.of(await operations.read(work, caller, notice_id))
