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
from app.kit.paging import Page, Pager, Paging
from app.kit.problems import raises
from app.kit.reach import Relation, reaches
from app.kit.values import Moment, Reason, RequestBody, View
from app.moderation import queries as disputes
from app.moderation.opening import OpenedCase
from app.moderation.queries import Case
from app.moderation.rules import DisputeResolved
from app.moderation.statements import operations, queries
from app.moderation.statements.rules import TooManyStatements
from app.moderation.statements.tables import Statement

router = APIRouter(prefix="/v1/disputes", route_class=Route, tags=["moderation"])


class StatementView(View):
    """One statement."""

    id: UUID
    by: Literal["giver", "receiver", "moderator"]
    text: str | None = Field(description="Null when its author has left and was forgotten.")
    said_at: Moment

    @classmethod
    def of(cls, work: Work, case: Case, row: Statement) -> "StatementView":
        """The view of a statement in its dispute, opened."""
        return cls(
            id=row.statement_id,
            by=case.side_of(row.member_id) if row.member_id else "moderator",
            text=work.envelopes.open(row.text_sealed, "statement", row.bank_id, row.statement_id),
            said_at=row.said_at,
        )


class MakeStatement(RequestBody):
    """What one has to say."""

    text: Reason = Field(examples=["We began at five and were done at half past."])


async def _still_theirs(work: Work, caller: Caller, request: Request, _: Kept) -> None:
    dispute_id = UUID(request.path_params["dispute_id"])
    await disputes.get_dispute(work.session, caller, dispute_id)


@router.get("/{dispute_id}/statements")
@reaches(Relation.PARTY, staff=Relation.BANK)
async def list_statements(
    dispute_id: UUID, caller: MemberOrModerator, opened: OpenedCase, work: Working, page: Paging
) -> Page[StatementView]:
    """What was said in a dispute, oldest first; its parties can see that a moderator read it."""
    pager = Pager(work.vault, caller.login_id, f"statements:{dispute_id}", page)
    rows = await queries.list_statements(
        work.session, caller, opened, after=pager.after_moment(), limit=pager.rows_max
    )
    show = partial(StatementView.of, work, opened)
    return pager.page(rows, lambda row: (row.said_at, row.statement_id), show)


@router.post(
    "/{dispute_id}/statements",
    status_code=201,
    responses=raises(DisputeResolved, TooManyStatements),
)
@reaches(Relation.PARTY, staff=Relation.BANK)
@rechecked_by(_still_theirs)
async def make_statement(
    dispute_id: UUID, body: MakeStatement, caller: MemberOrModerator, work: Working
) -> StatementView:
    """Say how it was, or ask the parties, until it is decided."""
    said = await operations.state(work, caller, dispute_id, body.text)
    return StatementView.of(work, said.case, said.statement)
