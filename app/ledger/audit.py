"""Proof of the books by SQL: every check recomputes from the postings and compares.

`checks` has the statements; `sealing.proof` proves by hashing.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.ledger.checks import CHECKS, WITH_LEG

FINDINGS_MAX: Final = 100

SQL_CHECKS: Final = tuple(CHECKS)


@dataclass(frozen=True)
class Finding:
    """One fault in the books."""

    check: str
    subject_id: UUID
    detail: str


async def list_findings(session: AsyncSession, bank_id: UUID, check: str) -> list[Finding]:
    """What one check finds wrong in the bank's books."""
    detail, statement = CHECKS[check]
    # Fixed SQL with the bank as a parameter.
    asked = text(f"{WITH_LEG} {statement} LIMIT :findings_max")
    rows = await session.execute(asked, {"bank_id": bank_id, "findings_max": FINDINGS_MAX + 1})
    return bounded(bank_id, [Finding(check, row.subject_id, detail) for row in rows])


def bounded(bank_id: UUID, findings: list[Finding]) -> list[Finding]:
    """At most `FINDINGS_MAX` findings of one check; one more says so where there are others."""
    if len(findings) <= FINDINGS_MAX:
        return findings
    said = f"there are more of these: the first {FINDINGS_MAX} are shown"
    return [*findings[:FINDINGS_MAX], Finding(findings[0].check, bank_id, said)]
