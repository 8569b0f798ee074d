"""The proof of the books over HTTP, for auditors."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.identity.access import Auditor
from app.kit.http import Route, Working
from app.kit.values import Instant, View
from app.ledger import audit, queries

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
