"""The proof that nobody's look was left out or rewritten, over HTTP."""

from fastapi import APIRouter
from pydantic import Field

from app.identity.access import Auditor
from app.kit.http import Route, Working
from app.kit.reach import Rate, Relation, reaches
from app.kit.values import View
from app.openings.queries import Proof
from app.records.auditing import queries

router = APIRouter(prefix="/v1/openings", route_class=Route, tags=["openings"])


class ChainView(View):
    """One chain, as it was recomputed."""

    proved: bool
    entries: int
    head: str

    @classmethod
    def of(cls, proof: Proof) -> "ChainView":
        """The view of a proof."""
        return cls(proved=proof.proved, entries=proof.entries, head=proof.head.hex())


class OpeningsProofView(ChainView):
    """Whether the chains are whole. Keep the heads: nobody can show another list later."""

    proved: bool = Field(description="Of both chains.")
    sealed: ChainView = Field(description="What was done with sealed records.")


@router.get("/verification")
@reaches(Relation.BANK, rate=Rate.HEAVY)
async def verify_openings(caller: Auditor, work: Working) -> OpeningsProofView:
    """Recompute the chains of who looked at whom."""
    found = await queries.prove(work.session, caller.bank_id)
    chain = ChainView.of(found.openings)
    sealed = ChainView.of(found.sealed)
    return OpeningsProofView(**dict(chain) | {"proved": found.proved, "sealed": sealed})
