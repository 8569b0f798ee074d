"""The worker's two steps of a transfer; each may come twice, and has its effect once.

Each reads the one bank in a transaction that ends, and writes the other in the next one.
"""

from contextlib import suppress
from uuid import UUID

from app.identity.rules import Role
from app.kit.errors import Conflict, NotFound
from app.kit.ground import Work
from app.ledger import operations as ledger
from app.ledger import queries as books
from app.ledger.reversing import queries as postings
from app.ledger.rules import (
    AccountKind,
    HoldEnding,
    HoldOutcome,
    Instruction,
    Leg,
)
from app.members import queries as members
from app.members.accounts import queries as purses
from app.members.rules import MemberStatus
from app.members.tables import Member
from app.notices import operations as notices
from app.notices.rules import NoticeKind
from app.partners import queries
from app.partners.jobs import CONCLUDE, enqueue
from app.partners.rules import Message, TransferStatus
from app.partners.tables import Arrival, Transfer


async def deliver(work: Work, bank_id: UUID, transfer_id: UUID) -> None:
    """Tell the partner of a transfer from this bank, and let it decide."""
    row = await queries.get_transfer(work.session, bank_id, transfer_id)
    if row.giver_id is None:
        return  # it has ended
    first = (await postings.get_original(work.session, bank_id, row.posting_id)).posting
    message = Message(
        transfer_id, bank_id, row.partner_bank_id, row.giver_id, row.minutes, first.posted_at
    )
    await work.pause()
    await _arrive(work, message)
    await enqueue(work, CONCLUDE, bank_id, transfer_id)


async def conclude(work: Work, bank_id: UUID, transfer_id: UUID) -> None:
    """End a transfer as the partner decided: it was delivered, or the hours come back."""
    sent = await queries.get_transfer(work.session, bank_id, transfer_id)
    arrival = await queries.find_arrival(work.session, sent.partner_bank_id, transfer_id)
    await work.pause()
    if arrival is None:
        return
    agreement = await queries.lock_agreement(work.session, bank_id, sent.partner_bank_id)
    assert agreement is not None, "agreements are withdrawn, not deleted"
    row = await queries.lock_transfer(work.session, bank_id, transfer_id)
    if row.status != TransferStatus.SENT:
        return
    if arrival.is_accepted:
        ends = HoldEnding(row.hold_id, agreement.account_id, HoldOutcome.RELEASED)
        await ledger.settle(work, _instruction(row, "transfer_delivered", ends))
        row.status = TransferStatus.DELIVERED.value
    else:
        await _return(work, row, agreement.account_id)
        row.status = TransferStatus.RETURNED.value
        notices.tell_member(work, bank_id, row.member_id, NoticeKind.HOURS_RETURNED, transfer_id)
    row.giver_id, row.ended_at = None, work.now
    notices.tell_staff(work, bank_id, Role.COORDINATOR, NoticeKind.TRANSFER_ENDED, transfer_id)


async def _arrive(work: Work, message: Message) -> None:
    """The partner's decision, written once; a second delivery finds it."""
    bank_id, session = message.to_bank_id, work.session
    agreement = await queries.lock_agreement(session, bank_id, message.from_bank_id)
    if await queries.find_arrival(session, bank_id, message.transfer_id):
        return
    is_accepted = False
    if agreement is not None and agreement.withdrawn_at is None:
        is_accepted = await _credited(work, message, agreement.account_id)
    session.add(
        Arrival(
            bank_id=bank_id,
            transfer_id=message.transfer_id,
            from_bank_id=message.from_bank_id,
            minutes=message.minutes,
            is_accepted=is_accepted,
            arrived_at=work.now,
        )
    )
    await session.flush()


async def _credited(work: Work, message: Message, clearing: UUID) -> bool:
    """Whether the giver could be credited. Nobody is ever told why not."""
    with suppress(NotFound, Conflict):
        bank_id = message.to_bank_id
        giver = await members.lock_member(work.session, bank_id, message.giver_id)
        account_id = await _account_of(work, giver)
        if account_id is None:
            return False
        await ledger.settle(
            work,
            Instruction(
                bank_id,
                kind="transfer_in",
                reference=f"transfer:{message.transfer_id}:in",
                subject_id=message.transfer_id,
                legs=(Leg(clearing, account_id, message.minutes),),
                effective_at=message.posted_at,
            ),
        )
        kind = NoticeKind.HOURS_RECEIVED
        notices.tell_member(work, bank_id, giver.member_id, kind, message.transfer_id)
        return True
    return False


async def _account_of(work: Work, giver: Member) -> UUID | None:
    """Where the hours of a giver go: of one who has left, to the fund, as all that they had.

    So nobody in another bank can tell whether somebody whose id they know is still here.
    """
    if giver.status == MemberStatus.LEFT:
        return await books.get_bank_account(work.session, giver.bank_id, AccountKind.FUND)
    return giver.account_id if giver.status == MemberStatus.ACTIVE else None


async def _return(work: Work, row: Transfer, clearing: UUID) -> None:
    """Take the first deed back; where the payer's account was closed meanwhile, to the fund."""
    payer = await purses.get_account_id(work.session, row.bank_id, row.member_id)
    fund = await books.get_bank_account(work.session, row.bank_id, AccountKind.FUND)
    either = (clearing, payer, fund)  # whichever it will be, in one order
    states = await books.lock_accounts(work.session, row.bank_id, either)
    receiver = fund if states[payer].closed else payer
    ends = HoldEnding(row.hold_id, clearing, HoldOutcome.SETTLED)
    back = Leg(clearing, receiver, row.minutes)
    await ledger.settle(work, _instruction(row, "transfer_returned", ends, back))


def _instruction(row: Transfer, kind: str, ends: HoldEnding, *legs: Leg) -> Instruction:
    return Instruction(
        row.bank_id,
        kind,
        reference=f"transfer:{row.transfer_id}:end",
        subject_id=row.transfer_id,
        legs=legs,
        ends=ends,
        may_pass_limits=bool(legs),  # hours that come back may pass a ceiling
    )
