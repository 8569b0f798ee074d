"""My account and statement over HTTP; here because they name the people on the other side."""

from functools import partial
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from app.identity.access import Member, MemberFreshForCsv
from app.kit.errors import NotFound
from app.kit.http import Route, Working, ground_of
from app.kit.paging import Page, Pager, Paging
from app.kit.problems import raises
from app.kit.reach import Rate, Relation, reaches
from app.kit.values import Instant, Moment, View
from app.ledger import queries as ledger
from app.ledger.sealing.receipts import make_receipt
from app.ledger.sealing.rules import NotSealedYet
from app.members.accounts import queries
from app.members.accounts.receipt_view import ReceiptView
from app.members.accounts.statement_csv import stream_statement
from app.members.accounts.statement_view import StatementLineView

CSV_TYPE: Final = "text/csv; charset=utf-8"
CSV: Final = {
    "schema": {"type": "string"},
    "example": "id,at,direction,minutes\r\n0d9f6c5e,2026-03-02T17:00:00Z,in,60\r\n",
}

router = APIRouter(prefix="/v1/me/account", route_class=Route, tags=["members"])


class AccountView(View):
    """My account, in minutes. available = balance - held; it may reach the floor."""

    account_id: UUID
    balance_minutes: int = Field(examples=[180])
    held_minutes: int
    available_minutes: int = Field(examples=[120])
    floor_minutes: int


class BalanceAtView(View):
    """My balance in the past. Before `final_before` it can never change any more."""

    at: Moment
    balance_minutes: int
    final_before: Moment
    is_final: bool


@router.get("", responses=raises(NotFound))
@reaches(Relation.OWN)
async def get_my_account(caller: Member, work: Working) -> AccountView:
    """My balance, what is held, and what is available."""
    purse = await queries.get_my_purse(work.session, caller)
    available = purse.balance_minutes - purse.held_minutes
    return AccountView(**purse._asdict(), available_minutes=available)


@router.get("/balance", responses=raises(NotFound))
@reaches(Relation.OWN)
async def get_my_balance_at(caller: Member, work: Working, at: Instant) -> BalanceAtView:
    """My balance as of a moment, and up to when the past is final."""
    account_id = await queries.get_account_id(work.session, caller.bank_id, caller.me)
    found = await ledger.get_balance_at(work.session, caller.bank_id, account_id, at)
    return BalanceAtView(
        at=at,
        balance_minutes=found.balance_minutes,
        final_before=found.final_before,
        is_final=at < found.final_before,
    )


@router.get(
    "/postings",
    response_model=Page[StatementLineView],
    responses={200: {"content": {"text/csv": CSV}}},
)
@reaches(Relation.OWN)
async def list_my_postings(
    caller: MemberFreshForCsv,
    work: Working,
    page: Paging,
    request: Request,
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Page[StatementLineView] | Response:
    """My statement, newest first, with the running balance; as CSV the whole of it.

    The CSV leaves the app, so it needs a proof of who is asking that is fresh. Its last line says
    how many postings there are: without that line it was cut off.
    """
    if form == "csv":
        return StreamingResponse(stream_statement(ground_of(request), caller), media_type=CSV_TYPE)
    pager = Pager(work.vault, caller.login_id, "postings", page)
    lines, aliases = await queries.list_my_statement(
        work.session, caller, before_seq=pager.after_seq(), limit=pager.rows_max
    )
    return pager.page(
        lines, lambda line: (line.seq,), partial(StatementLineView.of, aliases=aliases)
    )


@router.get("/postings/{posting_id}/receipt", responses=raises(NotSealedYet))
@reaches(Relation.PARTY, rate=Rate.HEAVY)
async def get_my_receipt(posting_id: UUID, caller: Member, work: Working) -> ReceiptView:
    """The proof that a posting of mine is in the sealed books; docs/ledger.md checks one."""
    account_id = await queries.get_account_id(work.session, caller.bank_id, caller.me)
    receipt = await make_receipt(work.session, caller.bank_id, account_id, posting_id)
    return ReceiptView.of(receipt)
