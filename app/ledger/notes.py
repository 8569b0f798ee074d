"""Who did a deed, and why: beside the books, so that it can be erased."""

from uuid import UUID

from app.kit.bulk import insert_many
from app.kit.ground import Work
from app.ledger.tables import DeedNote


async def note(
    work: Work,
    bank_id: UUID,
    deed_id: UUID,
    *,
    by: UUID | None,
    reason: str | None,
    about: UUID | None = None,
) -> None:
    """Keep who did a deed and why, sealed and erasable, apart from the books.

    With `about`, a member's id, the reason is sealed with that member's key and lost with it.
    """
    sealed, label = None, ("deed", bank_id, deed_id)
    if reason is not None and about is not None:
        sealed = work.envelopes.seal(about, reason, *label)
    elif reason is not None:
        sealed = work.vault.seal(reason, *label)
    row = {"bank_id": bank_id, "deed_id": deed_id, "done_by": by, "reason_sealed": sealed}
    await insert_many(work.session, DeedNote, [row])
