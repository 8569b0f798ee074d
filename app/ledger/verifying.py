"""The whole proof of a bank's books, in one snapshot that deeds going on do not disturb."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.ground import Ground
from app.ledger.audit import SQL_CHECKS, Finding, list_findings
from app.ledger.sealing.proof import prove_chains, prove_seals
from app.ledger.sealing.signing import Sealer

CHECKS: Final = (*SQL_CHECKS, "V6", "V7")
CHECK_SECONDS_MAX: Final = 600.0
"""One check of a bank's books, however large."""


def _silent(_check: str) -> None:
    """Tell nobody how far the proof is."""


async def prove(
    ground: Ground,
    bank_id: UUID,
    sealer: Sealer | None,
    tell: Callable[[str], None] = _silent,
) -> list[Finding]:
    """Every finding; empty when the books are proved. `tell` hears each check as it ends."""
    async with ground.database.begin_patiently(CHECK_SECONDS_MAX) as session:
        return await prove_in(session, bank_id, sealer, tell)


async def prove_in(
    session: AsyncSession,
    bank_id: UUID,
    sealer: Sealer | None,
    tell: Callable[[str], None] = _silent,
) -> list[Finding]:
    """The same in a transaction that is there already, and should be one snapshot."""
    findings: list[Finding] = []
    for check in CHECKS:
        findings += await _findings(session, bank_id, check, sealer)
        tell(check)
    return findings


async def _findings(
    session: AsyncSession, bank_id: UUID, check: str, sealer: Sealer | None
) -> list[Finding]:
    if check == "V6":
        return await prove_chains(session, bank_id)
    if check == "V7":
        return await prove_seals(session, bank_id, sealer)
    return await list_findings(session, bank_id, check)
