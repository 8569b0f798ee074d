"""The two steps of a transfer that the worker does."""

from typing import Final
from uuid import UUID

from app.kit import jobs
from app.kit.ground import Work

DELIVER: Final = "deliver_transfer"
CONCLUDE: Final = "conclude_transfer"


async def enqueue(work: Work, step: str, bank_id: UUID, transfer_id: UUID) -> None:
    """Do the step of a transfer from this bank soon; the job is part of this transaction."""
    ids = {"bank_id": bank_id, "transfer_id": transfer_id}
    await jobs.enqueue(work, step, ids, run_at=work.now)
