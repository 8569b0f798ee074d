"""Statements over HTTP."""

from functools import partial
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field

from app.identity.access import MemberOrModerator
from app.identity.rules import Caller
from app.kit.ground import Work
from app.kit.http import Route, Working, rechecked_by
from app.kit.idempotency import Kept
from app.kit.paging import Page, Pager, Paging, SortKey
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import Moment, Reason, RequestBody, View
from app.moderation import queries as disputes
from app.moderation.opening import OpenedCase
from app.moderation.queries import Case
from app.moderation.rules import DisputeResolved
from app.moderation.statements import operations, queries
from app.moderation.statements.queries import Stated
from app.moderation.statements.reading import statement_of
from app.moderation.statements.rules import TooManyStatements
from app.openings.rules import Concerned

router = APIRouter(prefix="/v1/disputes", route_class=Route, tags=["moderation"])


class StatementView(View):
    """One statement."""

    id: UUID
    by: Literal["giver", "receiver", "moderator"]
    text: str | None = Field(description="Null when nothing can open it any more.")
    said_at: Moment

    @classmethod
    def of(cls, work: Work, caller: Caller, case: Case, stated: Stated) -> "StatementView":
        """The view of a statement in its dispute, opened."""
        row = stated.statement
        return cls(
            id=row.statement_id,
            by=case.side_of(row.member_id) if row.member_id else "moderator",
            text=statement_of(work, caller, case, stated),
            said_at=row.said_at,
        )


class MakeStatement(RequestBody):
    """What one has to say."""

    text: Reason = Field(examples=["We began at five and were done at half past."])


async def _still_theirs(work: Work, caller: Caller, request: Request, _: Kept) -> None:
    dispute_id = UUID(request.path_params["dispute_id"])
    await disputes.get_dispute(work.session, caller, dispute_id)


def _place_of(stated: Stated) -> SortKey:
    return stated.statement.said_at, stated.statement.statement_id


@router.get("/{dispute_id}/statements", responses=raises(Concerned))
@reaches(Relation.PARTY, staff=Relation.BANK)
async def list_statements(
    dispute_id: UUID, caller: MemberOrModerator, opened: OpenedCase, work: Working, page: Paging
) -> Page[StatementView]:
    """What was said in a dispute, oldest first; its parties can see that a moderator read it."""
    pager = Pager(work.vault, caller.login_id, f"statements:{dispute_id}", page)
    rows = await queries.list_statements(
        work.session, caller, opened, after=pager.after_moment(), limit=pager.rows_max
    )
    show = partial(StatementView.of, work, caller, opened)
    return pager.page(rows, _place_of, show)


@router.post(
    "/{dispute_id}/statements",
    status_code=201,
    responses=raises(DisputeResolved, TooManyStatements, Concerned),
)
@reaches(Relation.PARTY, staff=Relation.BANK)
@rechecked_by(_still_theirs)
async def make_statement(
    dispute_id: UUID, body: MakeStatement, caller: MemberOrModerator, work: Working
) -> StatementView:
    """Say how it was, or ask the parties, until it is decided."""
    said = await operations.state(work, caller, dispute_id, body.text)
    return StatementView.of(work, caller, said.case, Stated(said.statement))
