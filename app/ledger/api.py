"""The proof of the books over HTTP, for auditors."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import Field

from app.identity.access import Auditor
from app.kit.http import Route, Working, ground_of
from app.kit.values import Instant, View
from app.ledger import audit, queries
from app.ledger.journal.formats import JournalFormat, stream_journal

router = APIRouter(prefix="/v1/ledger", route_class=Route, tags=["ledger"])


class TrialBalanceLine(View):
    """All accounts of one kind together, in minutes."""

    kind: str
    accounts: int
    balance_minutes: int
    held_minutes: int


class FindingView(View):
    """One fault in the books."""

    check: str
    subject_id: UUID
    detail: str


class VerificationView(View):
    """Whether the books prove themselves."""

    proved: bool
    sum_minutes: int = Field(description="Over all accounts; zero when the books are whole.")
    postings: int
    trial_balance: list[TrialBalanceLine]
    checks: list[str]
    findings: list[FindingView]
    at: Instant


@router.get(
    "/journal",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The whole journal.",
            "content": {form.media_type.split(";")[0]: {} for form in JournalFormat},
        }
    },
)
async def export_journal(
    caller: Auditor,
    request: Request,
    form: Annotated[JournalFormat, Query(alias="format")] = JournalFormat.JSON,
) -> StreamingResponse:
    """The whole journal, readable by independent accounting tools; in whole minutes."""
    return StreamingResponse(
        stream_journal(ground_of(request), caller.bank_id, form), media_type=form.media_type
    )


@router.get("/verification")
async def verify_ledger(caller: Auditor, work: Working) -> VerificationView:
    """Recompute the books from their postings, and the trial balance."""
    proof = await audit.prove(work.session, caller.bank_id)
    lines = await queries.list_trial_balance(work.session, caller.bank_id)
    return VerificationView(
        proved=not proof,
        sum_minutes=sum(line.balance_minutes for line in lines),
        postings=await queries.count_postings(work.session, caller.bank_id),
        trial_balance=[TrialBalanceLine.model_validate(line) for line in lines],
        checks=list(audit.CHECKS),
        findings=[FindingView.model_validate(finding) for finding in proof],
        at=work.now,
    )
