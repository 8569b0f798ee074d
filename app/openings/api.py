"""Who looked at me, and the proof that the list is whole, over HTTP."""

from functools import partial
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.identity.access import Auditor, SignedIn
from app.kit.ground import Work
from app.kit.http import Route, Working
from app.kit.paging import Page, Pager, Paging
from app.kit.reach import Rate, Relation, reaches
from app.kit.values import Moment, View
from app.openings import queries
from app.openings.rules import OpeningKind
from app.openings.tables import Opening

router = APIRouter(prefix="/v1", route_class=Route, tags=["openings"])


class OpeningView(View):
    """One look of the staff at my record: by which role and why, not by whom."""

    id: UUID
    kind: OpeningKind
    role: str
    reason: str | None = Field(description="As it was given; null where the case is the reason.")
    at: Moment

    @classmethod
    def of(cls, work: Work, row: Opening) -> "OpeningView":
        """The view of an opening, its reason opened."""
        sealed, key = row.reason_sealed, (row.bank_id, row.opening_id)
        return cls(
            id=row.opening_id,
            kind=OpeningKind(row.kind),
            role=row.role,
            reason=None if sealed is None else work.envelopes.open(sealed, "opening", *key),
            at=row.opened_at,
        )


class OpeningsProofView(View):
    """Whether the chain of openings is whole. Keep the head: nobody can show another list later."""

    proved: bool
    entries: int
    head: str


@router.get("/me/access-log")
@reaches(Relation.OWN)
async def list_access_log(caller: SignedIn, work: Working, page: Paging) -> Page[OpeningView]:
    """Which staff looked at my record, when and why, newest first."""
    pager = Pager(work.vault, caller.login_id, "access-log", page)
    rows = await queries.list_openings_of(
        work.session,
        caller.bank_id,
        caller.member_id,
        before_seq=pager.after_seq(),
        limit=pager.rows_max,
    )
    return pager.page(rows, lambda row: (row.seq,), partial(OpeningView.of, work))


@router.get("/openings/verification")
@reaches(Relation.BANK, rate=Rate.HEAVY)
async def verify_openings(caller: Auditor, work: Working) -> OpeningsProofView:
    """Recompute the chain of who looked at whom."""
    proof = await queries.prove_chain(work.session, caller.bank_id)
    return OpeningsProofView(proved=proof.proved, entries=proof.entries, head=proof.head.hex())
