"""The proof of the books over HTTP, for auditors."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import Field

from app.identity.access import Auditor, FreshAuditor, MemberOrStaff
from app.kit.errors import NotFound
from app.kit.http import Route, Working, ground_of
from app.kit.paging import Page, Pager, Paging
from app.kit.problems import raises
from app.kit.reach import Rate, Relation, reaches
from app.kit.values import Moment, View
from app.ledger import queries
from app.ledger.journal.formats import stream_journal
from app.ledger.journal.forms import JournalFormat
from app.ledger.sealing import queries as sealing
from app.ledger.sealing.signing import Sealer
from app.ledger.sealing.views import SEAL_HASH_CHARS, PublishedSealView
from app.ledger.verifying import CHECKS, prove

router = APIRouter(prefix="/v1/ledger", route_class=Route, tags=["ledger"])


async def _sealer(request: Request) -> Sealer | None:
    sealer: Sealer | None = request.app.state.sealer
    return sealer


Seals = Annotated[Sealer | None, Depends(_sealer)]
"""The key that seals the books, when this installation has one."""


class TrialBalanceLine(View):
    """All accounts of one kind together, in minutes."""

    kind: str = Field(examples=["member"])
    accounts: int
    balance_minutes: int
    held_minutes: int


class FindingView(View):
    """One fault in the books."""

    check: str = Field(examples=["V2"])
    subject_id: UUID
    detail: str


class VerificationView(View):
    """Whether the books prove themselves."""

    proved: bool
    sum_minutes: int = Field(description="Over all accounts; zero when the books are whole.")
    postings: int
    trial_balance: list[TrialBalanceLine]
    checks: list[str] = Field(examples=[["V1", "V2"]])
    findings: list[FindingView] = Field(examples=[[]])
    at: Moment


@router.get(
    "/journal",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The whole journal.",
            "content": {
                form.media_type.split(";")[0]: {
                    "schema": {"type": "object" if form is JournalFormat.JSON else "string"},
                    "example": form.example,
                }
                for form in JournalFormat
            },
        }
    },
)
@reaches(Relation.BANK, rate=Rate.HEAVY)
async def export_journal(
    caller: FreshAuditor,
    request: Request,
    form: Annotated[JournalFormat, Query(alias="format")] = JournalFormat.JSON,
) -> StreamingResponse:
    """The whole journal, readable by independent accounting tools; in whole minutes."""
    return StreamingResponse(
        stream_journal(ground_of(request), caller.bank_id, form), media_type=form.media_type
    )


@router.get("/verification")
@reaches(Relation.BANK, rate=Rate.HEAVY)
async def verify_ledger(
    caller: Auditor, work: Working, request: Request, sealer: Seals
) -> VerificationView:
    """Recompute the books from their postings, chains and seals, and the trial balance."""
    await work.pause()  # the proof has a connection of its own: never wait for it holding one
    findings = await prove(ground_of(request), caller.bank_id, sealer)
    lines = await queries.list_trial_balance(work.session, caller.bank_id)
    return VerificationView(
        proved=not findings,
        sum_minutes=sum(line.balance_minutes for line in lines),
        postings=await queries.count_postings(work.session, caller.bank_id),
        trial_balance=[TrialBalanceLine.model_validate(line) for line in lines],
        checks=list(CHECKS),
        findings=[FindingView.model_validate(finding) for finding in findings],
        at=work.now,
    )


@router.get("/seals")
@reaches(Relation.NOBODYS)
async def list_seals(
    caller: MemberOrStaff, work: Working, page: Paging, sealer: Seals
) -> Page[PublishedSealView]:
    """Every seal, newest first: keep a hash, and nobody can show you other books later."""
    pager = Pager(work.vault, caller.login_id, "seals", page)
    rows = await sealing.list_newest_seals(
        work.session, caller.bank_id, before_no=pager.after_seq(), limit=pager.rows_max
    )
    view = partial(PublishedSealView.by, sealer=sealer)
    return pager.page(rows, lambda row: (row.seal_no,), view)


@router.get("/seals/{seal_hash}", responses=raises(NotFound))
@reaches(Relation.NOBODYS)
async def get_seal(
    seal_hash: Annotated[str, Path(max_length=SEAL_HASH_CHARS)],
    caller: MemberOrStaff,
    work: Working,
    sealer: Seals,
) -> PublishedSealView:
    """The seal with a hash that somebody kept: not found when the books were never sealed so."""
    row = await sealing.get_seal_by_hash(work.session, caller.bank_id, seal_hash)
    return PublishedSealView.by(row, sealer)
