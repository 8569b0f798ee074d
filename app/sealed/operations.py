"""Beginning, opening and changing sealed records; each leaves a trace that names nobody."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete

from app.identity.rules import Caller
from app.kit.errors import NotFound
from app.kit.ground import Work
from app.openings import operations as openings
from app.openings.rules import ChainName, linked
from app.sealed import queries
from app.sealed.box import seal, seal_trace, unseal
from app.sealed.rules import Deed, Record, Trace
from app.sealed.tables import SealedOpening, SealedRecord


async def begin(work: Work, caller: Caller, member_id: UUID) -> None:
    """The record that every member gets with the approval: the same for all, unlike any other."""
    box = seal(work, caller.bank_id, member_id, Record())
    work.session.add(SealedRecord(bank_id=caller.bank_id, member_id=member_id, box=box))
    await _trace(work, caller, member_id, Deed.BEGUN)


async def open_record(work: Work, caller: Caller, member_id: UUID, reason: str) -> Record:
    """Open a member's record and keep who did, and why.

    Raises:
        NotFound: when the bank has no such approved member.
        Concerned: when the case worker has something of their own with them.
    """
    async with queries.opened(work.session):
        row = await queries.get_record(work.session, caller.bank_id, member_id)
    await openings.refuse_party(work, caller, [member_id])
    await _trace(work, caller, member_id, Deed.READ, reason)
    return unseal(work, caller.bank_id, member_id, row.box)


async def change_record(
    work: Work, caller: Caller, member_id: UUID, record: Record, reason: str
) -> Record:
    """Write a member's record; some others are sealed anew with it.

    Raises:
        NotFound: when the bank has no such approved member.
        Concerned: when the case worker has something of their own with them.
    """
    bank_id = caller.bank_id
    async with queries.opened(work.session):
        rows = await queries.lock_with_company(work.session, bank_id, member_id)
        for row in rows:
            known = unseal(work, bank_id, row.member_id, row.box)
            said = record if row.member_id == member_id else known
            row.box = seal(work, bank_id, row.member_id, said)
        if member_id not in {row.member_id for row in rows}:
            raise NotFound
    await openings.refuse_party(work, caller, [member_id])
    await _trace(work, caller, member_id, Deed.WRITTEN, reason)
    return record


async def read_out(work: Work, caller: Caller, member_id: UUID, reason: str) -> Sequence[Trace]:
    """Who opened a member's record, for telling them in person; newest first.

    Raises:
        NotFound: when the bank has no such approved member.
        Concerned: when the case worker has something of their own with them.
    """
    async with queries.opened(work.session):
        await queries.get_record(work.session, caller.bank_id, member_id)
    await openings.refuse_party(work, caller, [member_id])
    await _trace(work, caller, member_id, Deed.READ_OUT, reason)
    return await queries.list_traces_of(work, caller.bank_id, member_id)


async def drop(work: Work, bank_id: UUID, member_id: UUID) -> None:
    """Drop the record of somebody who is forgotten, whatever it says; no key is needed for it."""
    async with queries.opened(work.session):
        theirs = (SealedRecord.bank_id == bank_id, SealedRecord.member_id == member_id)
        await work.session.execute(delete(SealedRecord).where(*theirs))


async def _trace(work: Work, caller: Caller, member_id: UUID, deed: Deed, reason: str = "") -> None:
    bank_id = caller.bank_id
    chain = await openings.lock_chain(work, bank_id, ChainName.SEALED)
    trace = Trace(deed, member_id, caller.login_id, work.now, reason)
    seq = chain.seq + 1
    box = seal_trace(work, bank_id, seq, trace)
    chain.seq, chain.head = seq, linked(chain.head, box)
    work.session.add(SealedOpening(bank_id=bank_id, seq=seq, box=box, digest=chain.head))
    await openings.note_month(work, bank_id)
    await work.session.flush()
