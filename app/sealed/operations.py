"""Beginning, opening and changing sealed records; each opening leaves a trace."""

from uuid import UUID

from app.identity.rules import Caller
from app.kit.errors import NotFound
from app.kit.ground import Work
from app.kit.ids import new_id
from app.openings import operations as openings
from app.openings.rules import OpeningKind
from app.sealed import queries
from app.sealed.box import seal, unseal
from app.sealed.rules import Opening, Record
from app.sealed.tables import SealedOpening, SealedRecord


def begin(work: Work, bank_id: UUID, member_id: UUID) -> None:
    """The record that every member gets with the approval: the same for all, unlike any other."""
    box = seal(work, bank_id, member_id, Record())
    work.session.add(SealedRecord(bank_id=bank_id, member_id=member_id, box=box))


async def open_record(work: Work, caller: Caller, member_id: UUID, reason: str) -> Record:
    """Open a member's record and keep who did, and why.

    Raises:
        NotFound: when the bank has no such approved member, or the case worker is that member.
    """
    _refuse_own(caller, member_id)
    async with queries.opened(work.session):
        row = await queries.get_record(work.session, caller.bank_id, member_id)
    await _trace(work, caller, member_id, Opening.READ, reason)
    return unseal(work, caller.bank_id, member_id, row.box)


async def change_record(
    work: Work, caller: Caller, member_id: UUID, record: Record, reason: str
) -> Record:
    """Write a member's record; some others are sealed anew with it.

    Raises:
        NotFound: when the bank has no such approved member, or the case worker is that member.
    """
    _refuse_own(caller, member_id)
    bank_id = caller.bank_id
    async with queries.opened(work.session):
        rows = await queries.lock_with_company(work.session, bank_id, member_id)
        for row in rows:
            known = unseal(work, bank_id, row.member_id, row.box)
            said = record if row.member_id == member_id else known
            row.box = seal(work, bank_id, row.member_id, said)
        if member_id not in {row.member_id for row in rows}:
            raise NotFound
    await _trace(work, caller, member_id, Opening.WRITTEN, reason)
    return record


async def _trace(
    work: Work, caller: Caller, member_id: UUID, opening: Opening, reason: str
) -> None:
    opening_id = new_id()
    work.session.add(
        SealedOpening(
            bank_id=caller.bank_id,
            opening_id=opening_id,
            member_id=member_id,
            login_id=caller.login_id,
            opening=opening.value,
            reason_sealed=work.envelopes.seal(
                member_id, reason, "sealed-opening", caller.bank_id, opening_id
            ),
            opened_at=work.now,
        )
    )
    await openings.record(work, caller, [member_id], OpeningKind.SEALED, reason)


def _refuse_own(caller: Caller, member_id: UUID) -> None:
    """Staff cannot act on their own case; to them it is not there."""
    if caller.member_id == member_id:
        raise NotFound
