"""The queue of held texts, for moderators."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from app.identity.access import Moderator
from app.kit.ground import Work
from app.kit.http import Route, Working
from app.kit.paging import Page, Pager, Paging
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import Moment, Reason, RequestBody, View
from app.openings.rules import Concerned
from app.screening import operations, queries
from app.screening.rules import ScreeningResolved, ScreeningStatus, Subject
from app.screening.tables import Screening

router = APIRouter(prefix="/v1/screenings", route_class=Route, tags=["screening"])


class ScreeningView(View):
    """A text that waits for a decision, and what made it wait. Its author is not named."""

    id: UUID
    subject: Subject
    text: str | None = Field(description="As it was written last; null in a list.")
    signals: list[str]
    status: ScreeningStatus
    held_at: Moment

    @classmethod
    def of(cls, row: Screening, text: str | None) -> "ScreeningView":
        """The view of a screening, with this text."""
        return cls(
            id=row.screening_id,
            subject=Subject(row.subject),
            text=text,
            signals=row.signals,
            status=ScreeningStatus(row.status),
            held_at=row.held_at,
        )

    @classmethod
    def listed(cls, row: Screening) -> "ScreeningView":
        """The view of a screening in a list, without its text."""
        return cls.of(row, None)

    @classmethod
    def whole(cls, work: Work, row: Screening) -> "ScreeningView":
        """The view of a screening, its text opened."""
        key = (row.bank_id, row.screening_id)
        return cls.of(row, work.envelopes.open(row.text_sealed, "screening", *key))


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
    """What is held, longest first; each text is read by itself."""
    pager = Pager(work.vault, caller.login_id, f"screenings:{status}", page)
    rows = await queries.list_screenings(
        work.session,
        caller.bank_id,
        status=status,
        after=pager.after_moment(),
        limit=pager.rows_max,
    )
    return pager.page(rows, lambda row: (row.held_at, row.screening_id), ScreeningView.listed)


async def _opened(screening_id: UUID, caller: Moderator, work: Working) -> Screening:
    """A held text, read by a moderator; the look is written down."""
    row = await queries.get_screening(work.session, caller.bank_id, screening_id)
    await operations.open_text(work, caller, row)
    return row


@router.get("/{screening_id}", responses=raises(Concerned))
@reaches(Relation.BANK)
async def get_screening(
    _: Moderator, row: Annotated[Screening, Depends(_opened)], work: Working
) -> ScreeningView:
    """One held text, to be read before it is decided on."""
    return ScreeningView.whole(work, row)


@router.post("/{screening_id}/resolution", responses=raises(ScreeningResolved, Concerned))
@reaches(Relation.BANK)
async def resolve_screening(
    screening_id: UUID, body: ResolveScreening, caller: Moderator, work: Working
) -> ScreeningView:
    """Let a text through, or keep it back; nothing happens to its author."""
    row = await operations.resolve(work, caller, screening_id, body.outcome, body.reason)
    return ScreeningView.whole(work, row)
