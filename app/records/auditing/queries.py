"""Proving both chains of a bank."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.openings.queries import Proof, prove_openings
from app.sealed.queries import prove_traces


class Proofs(NamedTuple):
    """Both chains, recomputed."""

    openings: Proof
    sealed: Proof

    @property
    def proved(self) -> bool:
        """Whether both are whole."""
        return self.openings.proved and self.sealed.proved


async def prove(session: AsyncSession, bank_id: UUID) -> Proofs:
    """Recompute a bank's openings and the trace of its sealed records."""
    return Proofs(await prove_openings(session, bank_id), await prove_traces(session, bank_id))
