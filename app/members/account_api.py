"""My account and statement over HTTP; here because they name the people on the other side."""

import csv
import io
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from app.identity.access import Member, MemberFreshForCsv
from app.kit.errors import NotFound
from app.kit.http import Route, Working
from app.kit.paging import Page, Pager, Paging
from app.kit.problems import raises
from app.kit.reach import Rate, Relation, reaches
from app.kit.values import Instant, Moment, View
from app.ledger import queries as ledger
from app.ledger.sealing.receipts import make_receipt
from app.ledger.sealing.rules import NotSealedYet
from app.ledger.statements.queries import StatementLine
from app.ledger.subjects import Subject
from app.members import queries
from app.members.receipt_view import ReceiptView

CSV_LINES_MAX = 10_000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

router = APIRouter(prefix="/v1/me/account", route_class=Route, tags=["members"])


class AccountView(View):
    """My account, in minutes. available = balance - held; it may reach the floor."""

    account_id: UUID
    balance_minutes: int
    held_minutes: int
    available_minutes: int
    floor_minutes: int


class BalanceAtView(View):
    """My balance in the past. Before `final_before` it can never change any more."""

    at: Moment
    balance_minutes: int
    final_before: Moment
    is_final: bool


class StatementLineView(View):
    """One posting as I see it."""

    id: UUID
    at: Moment
    direction: Literal["in", "out"]
    minutes: int
    balance_after_minutes: int
    kind: str
    exchange_id: UUID | None
    transfer_id: UUID | None = Field(description="Of hours sent to or received from another bank.")
    counterpart_alias: str | None
    reverses_id: UUID | None = Field(description="The posting that this one takes back.")
    reversed_by: list[UUID] = Field(description="The postings that took this one back, in parts.")


@router.get("", responses=raises(NotFound))
@reaches(Relation.OWN)
async def get_my_account(caller: Member, work: Working) -> AccountView:
    """My balance, what is held, and what is available."""
    account_id = await queries.get_account_id(work.session, caller.bank_id, caller.me)
    row = await ledger.get_account(work.session, caller.bank_id, account_id)
    return AccountView(
        account_id=row.account_id,
        balance_minutes=row.balance_minutes,
        held_minutes=row.held_minutes,
        available_minutes=row.balance_minutes - row.held_minutes,
        floor_minutes=row.floor_minutes,
    )


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
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
@reaches(Relation.OWN)
async def list_my_postings(
    caller: MemberFreshForCsv,
    work: Working,
    page: Paging,
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Page[StatementLineView] | Response:
    """My statement, newest first, with the running balance; as CSV the newest 10,000 lines.

    The CSV leaves the app, so it needs a proof of who is asking that is fresh.
    """
    if form == "csv":
        lines, aliases = await queries.list_my_statement(
            work.session, caller, before_seq=None, limit=CSV_LINES_MAX
        )
        text = _csv([_line(line, aliases) for line in lines])
        return Response(text, media_type="text/csv; charset=utf-8")
    pager = Pager(work.vault, caller.login_id, "postings", page)
    key = pager.after()
    lines, aliases = await queries.list_my_statement(
        work.session, caller, before_seq=key[0] if key else None, limit=page.limit + 1
    )
    items, cursor = pager.cut(lines, lambda line: [line.seq])
    views = [_line(line, aliases) for line in items]
    return Page[StatementLineView](items=views, next_cursor=cursor)


@router.get("/postings/{posting_id}/receipt", responses=raises(NotSealedYet))
@reaches(Relation.PARTY, rate=Rate.HEAVY)
async def get_my_receipt(posting_id: UUID, caller: Member, work: Working) -> ReceiptView:
    """The proof that a posting of mine is in the sealed books; docs/ledger.md checks one."""
    account_id = await queries.get_account_id(work.session, caller.bank_id, caller.me)
    receipt = await make_receipt(work.session, caller.bank_id, account_id, posting_id)
    return ReceiptView.of(receipt)


def _csv(lines: list[StatementLineView]) -> str:
    """The lines as RFC 4180, so that no spreadsheet takes an alias for a formula."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(StatementLineView.model_fields))
    writer.writeheader()
    for line in lines:
        row = line.model_dump(mode="json")
        row["counterpart_alias"] = _harmless(row["counterpart_alias"] or "")
        row["reversed_by"] = " ".join(row["reversed_by"])
        writer.writerow(row)
    return text.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _line(line: StatementLine, aliases: dict[UUID, str]) -> StatementLineView:
    subject = Subject.of(line.deed.kind, line.deed.subject_id)
    return StatementLineView(
        id=line.posting.posting_id,
        at=line.posting.posted_at,
        direction="in" if line.is_credit else "out",
        minutes=line.posting.minutes,
        balance_after_minutes=line.balance_minutes,
        kind=line.deed.kind,
        exchange_id=subject.exchange_id,
        transfer_id=subject.transfer_id,
        counterpart_alias=aliases.get(line.counter_account_id),
        reverses_id=line.posting.reverses_posting_id,
        reversed_by=line.reversed_by or [],
    )
