"""Notices over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from app.identity.access import MemberOrStaff
from app.kit.http import Route, Working
from app.kit.paging import Page, Pager, Paging
from app.kit.reach import Relation, reaches
from app.kit.values import Instant, Moment, NoBody, RequestBody, View
from app.notices import operations, queries
from app.notices.rules import UNREAD_COUNTED_MAX, NoticeKind
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


class UnreadView(View):
    """How many of my notices are unread."""

    count: int = Field(examples=[3], description=f"At most {UNREAD_COUNTED_MAX}.")
    more: bool = Field(examples=[False], description="Whether there are more than that.")

    @classmethod
    def of(cls, counted: int) -> "UnreadView":
        """The view of what was counted, up to one more than is shown."""
        return cls(count=min(counted, UNREAD_COUNTED_MAX), more=counted > UNREAD_COUNTED_MAX)


class ReadNotices(RequestBody):
    """Up to which moment I have read."""

    until: Instant = Field(
        description="`at` of the newest that I have seen: what came since stays unread."
    )


@router.get("")
@reaches(Relation.OWN)
async def list_notices(
    caller: MemberOrStaff,
    work: Working,
    page: Paging,
    *,
    unread: Annotated[bool, Query(description="Only those that were not read.")] = False,
) -> Page[NoticeView]:
    """My notices, newest first; staff also see those of their roles."""
    pager = Pager(work.vault, caller.login_id, f"notices:unread={unread}", page)
    rows = await queries.list_notices(
        work.session, caller, unread=unread, after=pager.after_moment(), limit=pager.rows_max
    )
    return pager.page(rows, lambda row: (row.created_at, row.notice_id), NoticeView.of)


@router.get("/unread")
@reaches(Relation.OWN)
async def count_unread_notices(caller: MemberOrStaff, work: Working) -> UnreadView:
    """How many of my notices are unread, those of my roles too."""
    limit = UNREAD_COUNTED_MAX + 1
    return UnreadView.of(await queries.count_unread(work.session, caller, limit=limit))


@router.post("/read")
@reaches(Relation.OWN)
async def read_notices(body: ReadNotices, caller: MemberOrStaff, work: Working) -> UnreadView:
    """Mark what is to me alone as read, a thousand at once; what is to a role, one by one."""
    return UnreadView.of(await operations.read_all(work, caller, body.until))


@router.post("/{notice_id}/read")
@reaches(Relation.OWN)
async def read_notice(
    notice_id: UUID, caller: MemberOrStaff, work: Working, _: NoBody | None = None
) -> NoticeView:
    """Mark a notice as read."""
    return NoticeView.of(await operations.read(work, caller, notice_id))
