"""Taking a seal."""

from collections.abc import Sequence
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
    """Seal the bank's books as they are now. One sealer at a time; deeds go on meanwhile.

    The clock is read when the other sealers are done, and time never runs backwards on seals.
    """
    await banks.lock_bank(work.session, bank_id)
    last = await queries.find_last_seal(work.session, bank_id)
    known = await queries.list_sealed_heads(work.session, bank_id, last.seal_no) if last else {}
    heads = await queries.list_heads(work.session, bank_id)
    changed = [head for head in heads if known.get(head.account_id) != head]
    counts = {
        "accounts": len(heads),
        "postings": sum(head.seq for head in heads) // 2,  # each stands in two accounts
    }
    salt, now = new_salt(), work.clock()
    said = SealText(
        bank_id=bank_id,
        seal_no=last.seal_no + 1 if last else 1,
        taken_at=max(now, last.taken_at) if last else now,
        root=root(leaves_of(salt, heads)),
        contents=contents(salt, **counts, heads=changed),
        previous_hash=last.hash if last else FIRST_PREVIOUS,
    )
    seal = Seal(**vars(said), **counts, salt=salt, **sealer.signed(said))
    work.session.add(seal)
    await work.session.flush()
    await _keep_changed(work, said, changed)
    return seal


async def list_due(work: Work) -> Sequence[UUID]:
    """The banks whose books have moved since their newest seal; none without a seal key."""
    if sealer_of(work.settings) is None:
        return []
    return await queries.list_unsealed(work.session)


async def seal_again(work: Work, bank_id: UUID) -> int:
    """Seal a bank whose books have moved; gives how many it sealed."""
    sealer = sealer_of(work.settings)
    assert sealer is not None, "without a key no bank is due"
    await take_seal(work, bank_id, sealer)
    return 1


async def _keep_changed(work: Work, said: SealText, changed: list[Head]) -> None:
    """Only what moved since the seal before: together they give every head at every seal."""
    if changed:
        key = {"bank_id": said.bank_id, "seal_no": said.seal_no}
        rows = [key | head._asdict() for head in changed]
        await work.session.execute(insert(SealedHead), rows)
