"""The queue of held texts, for moderators."""

from functools import partial
from typing import Literal
from uuid import UUID

from fastapi import APIRouter

from app.identity.access import Moderator
from app.identity.rules import OwnCase
from app.kit.ground import Work
from app.kit.http import Route, Working
from app.kit.paging import Page, Pager, Paging
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import Moment, Reason, RequestBody, View
from app.screening import operations, queries
from app.screening.rules import ScreeningResolved, ScreeningStatus, Subject
from app.screening.tables import Screening

router = APIRouter(prefix="/v1/screenings", route_class=Route, tags=["screening"])


class ScreeningView(View):
    """A text that waits for a decision, and what made it wait. Its author is not named."""

    id: UUID
    subject: Subject
    text: str | None
    signals: list[str]
    status: ScreeningStatus
    held_at: Moment

    @classmethod
    def of(cls, work: Work, row: Screening) -> "ScreeningView":
        """The view of a screening, its text opened."""
        return cls(
            id=row.screening_id,
            subject=Subject(row.subject),
            text=work.envelopes.open(row.text_sealed, "screening", row.bank_id, row.screening_id),
            signals=row.signals,
            status=ScreeningStatus(row.status),
            held_at=row.held_at,
        )


class ResolveScreening(RequestBody):
    """A moderator's decision, and why."""

    outcome: Literal[ScreeningStatus.RELEASED, ScreeningStatus.KEPT]
    reason: Reason


@router.get("")
@reaches(Relation.BANK)
async def list_screenings(
    caller: Moderator,
    work: Working,
    page: Paging,
    status: ScreeningStatus = ScreeningStatus.OPEN,
) -> Page[ScreeningView]:
    """Texts that are held, who waits longest first."""
    pager = Pager(work.vault, caller.login_id, f"screenings:{status}", page)
    rows = await queries.list_screenings(
        work.session,
        caller.bank_id,
        status=status,
        after=pager.after_moment(),
        limit=pager.rows_max,
    )
    show = partial(ScreeningView.of, work)
    return pager.page(rows, lambda row: (row.held_at, row.screening_id), show)


@router.post("/{screening_id}/resolution", responses=raises(ScreeningResolved, OwnCase))
@reaches(Relation.BANK)
async def resolve_screening(
    screening_id: UUID, body: ResolveScreening, caller: Moderator, work: Working
) -> ScreeningView:
    """Let a text through, or keep it back; nothing happens to its author."""
    row = await operations.resolve(work, caller, screening_id, body.outcome, body.reason)
    return ScreeningView.of(work, row)
