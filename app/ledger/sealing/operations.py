"""Taking a seal."""

from uuid import UUID

from sqlalchemy import insert

from app.banks import queries as banks
from app.kit.ground import Work
from app.kit.ids import new_salt
from app.ledger.sealing import queries
from app.ledger.sealing.signing import FIRST_PREVIOUS, Sealer, SealText, sealer_of
from app.ledger.sealing.tables import Seal, SealedHead
from app.ledger.sealing.tree import Head, contents, leaves_of, root


async def take_seal(work: Work, bank_id: UUID, sealer: Sealer) -> Seal:
    """Seal the bank's books as they are now. One sealer at a time; deeds go on meanwhile."""
    await banks.lock_bank(work.session, bank_id)
    last = await queries.find_last_seal(work.session, bank_id)
    known = await queries.list_sealed_heads(work.session, bank_id, last.seal_no) if last else {}
    heads = await queries.list_heads(work.session, bank_id)
    changed = [head for head in heads if known.get(head.account_id) != head]
    counts = {
        "accounts": len(heads),
        "postings": sum(head.seq for head in heads) // 2,  # each stands in two accounts
    }
    salt = new_salt()
    said = SealText(
        bank_id=bank_id,
        seal_no=last.seal_no + 1 if last else 1,
        taken_at=work.now,
        root=root(leaves_of(salt, heads)),
        contents=contents(salt, **counts, heads=changed),
        previous_hash=last.hash if last else FIRST_PREVIOUS,
    )
    seal = Seal(**vars(said), **counts, salt=salt, **sealer.signed(said))
    work.session.add(seal)
    await work.session.flush()
    await _keep_changed(work, said, changed)
    return seal


async def seal_next(work: Work) -> int:
    """Seal one bank whose books have moved since its newest seal.

    Returns:
        1 when one was sealed, 0 when none is left, or this installation has no seal key.
    """
    sealer = sealer_of(work.settings)
    bank_id = await queries.find_unsealed_bank(work.session) if sealer else None
    if sealer is None or bank_id is None:
        return 0
    await take_seal(work, bank_id, sealer)
    return 1


async def _keep_changed(work: Work, said: SealText, changed: list[Head]) -> None:
    """Only what moved since the seal before: together they give every head at every seal."""
    if changed:
        key = {"bank_id": said.bank_id, "seal_no": said.seal_no}
        rows = [key | head._asdict() for head in changed]
        await work.session.execute(insert(SealedHead), rows)
