"""The proof after a cell: a run with a finding in our books is void."""

from uuid import UUID

from app.ledger.sealing.signing import sealer_of
from app.ledger.verifying import prove
from benchmarks.place import Place

FINDINGS_SHOWN_MAX = 10


async def findings(place: Place, database: str, bank_id: UUID) -> list[str]:
    """What the whole proof finds wrong in these books, in words; empty when they are proved."""
    ground = place.ground(database)
    try:
        found = await prove(ground, bank_id, sealer_of(ground.settings))
    finally:
        await ground.database.close()
    return [f"{one.check} {one.subject_id}: {one.detail}" for one in found[:FINDINGS_SHOWN_MAX]]
