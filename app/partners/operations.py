"""Agreeing with partner banks, and sending hours to them."""

from collections.abc import Sequence
from uuid import UUID

from app.banks import queries as banks
from app.identity.rules import Caller
from app.kit.errors import NotFound
from app.kit.ground import Work
from app.kit.ids import new_id
from app.ledger import operations as ledger
from app.ledger.accounts import operations as accounts
from app.ledger.accounts import queries as account_queries
from app.ledger.notes import note
from app.ledger.rules import Instruction, Leg, NewHold
from app.members import queries as members
from app.members.rules import MemberStatus
from app.notices import operations as notices
from app.notices.rules import NoticeKind
from app.openings import operations as openings
from app.partners import queries
from app.partners.jobs import DELIVER, enqueue
from app.partners.queries import Partner
from app.partners.rules import (
    LOOK_AGAIN_AFTER,
    PARTNERS_MAX,
    Limits,
    NotPartners,
    OverPartnerLimit,
    OwnBank,
    TooManyPartners,
    TransferStatus,
    left_to_send,
)
from app.partners.tables import Agreement, Transfer


async def agree(work: Work, caller: Caller, slug: str, limits: Limits) -> Partner:
    """Agree to clear hours with another bank, or change this bank's limits.

    Raises:
        NotFound: when the installation has no such bank.
        OwnBank: when it is the caller's own.
        TooManyPartners: when the bank has as many as it may.
    """
    partner = await banks.get_bank(work.session, slug)
    if partner.bank_id == caller.bank_id:
        raise OwnBank
    await banks.lock_bank(work.session, caller.bank_id)  # a bank's agreements wait in line
    row = await queries.lock_agreement(work.session, caller.bank_id, partner.bank_id)
    if row is None:
        row = await _open(work, caller, partner.bank_id)
    row.floor_minutes, row.ceiling_minutes = limits.floor, limits.ceiling
    row.agreed_by, row.agreed_at, row.withdrawn_at = caller.login_id, work.now, None
    await work.session.flush()
    await accounts.set_clearing_limits(
        work,
        caller.bank_id,
        row.account_id,
        floor_minutes=limits.floor,
        ceiling_minutes=limits.ceiling,
    )
    return await queries.show(work.session, row)


async def withdraw(work: Work, caller: Caller, slug: str) -> None:
    """Clear no more hours with a bank. What is on its way still arrives or comes back.

    Raises:
        NotFound: when there never was an agreement with such a bank.
    """
    partner = await banks.get_bank(work.session, slug)
    row = await queries.lock_agreement(work.session, caller.bank_id, partner.bank_id)
    if row is None:
        raise NotFound
    if row.withdrawn_at is None:
        row.agreed_by, row.withdrawn_at = caller.login_id, work.now


async def send(
    work: Work,
    caller: Caller,
    *,
    partner: str,
    member_id: UUID,
    giver_id: UUID,
    minutes: int,
    reason: str,
) -> Transfer:
    """Send hours of a member here to somebody who gave them a service in a partner bank.

    Whether the giver is a member there is not looked up: the partner decides when it arrives.

    Raises:
        NotPartners: when the two banks have not both agreed.
        NotFound: when this bank has no such active member.
        Concerned: when the coordinator has something of their own with the member.
        OverPartnerLimit: when more would go to the partner than this bank allows.
        NotEnoughHours: when the member has not that many above the floor.
    """
    agreement = await _agreement(work, caller, partner)
    member = await members.lock_member(work.session, caller.bank_id, member_id)
    if member.status != MemberStatus.ACTIVE or member.account_id is None:
        raise NotFound
    await openings.refuse_party(work, caller, [member_id])
    row = _row(work, agreement, member_id, giver_id, minutes)
    await _post(work, row, member.account_id, agreement)
    await note(work, caller.bank_id, work.deeds[-1], by=caller.login_id, reason=reason)
    work.session.add(row)
    notices.tell_member(work, caller.bank_id, member_id, NoticeKind.HOURS_SENT, row.transfer_id)
    await work.session.flush()
    await enqueue(work, DELIVER, caller.bank_id, row.transfer_id)
    return row


async def list_due(work: Work) -> Sequence[UUID]:
    """The banks with transfers that should have ended."""
    return await queries.list_waiting(work.session, work.now)


async def look_again(work: Work, bank_id: UUID) -> int:
    """Deliver the transfers of a bank once more that should have ended; for the worker's clock.

    Returns:
        How many there were.
    """
    rows = await queries.lock_overdue(work.session, bank_id, work.now)
    for row in rows:
        row.look_at = work.now + LOOK_AGAIN_AFTER
        await enqueue(work, DELIVER, bank_id, row.transfer_id)
    return len(rows)


async def _open(work: Work, caller: Caller, partner_bank_id: UUID) -> Agreement:
    if len(await queries.list_agreements(work.session, caller.bank_id)) >= PARTNERS_MAX:
        raise TooManyPartners(partners_max=PARTNERS_MAX)
    account_id = await accounts.open_clearing_account(work, caller.bank_id, partner_bank_id)
    row = Agreement(bank_id=caller.bank_id, partner_bank_id=partner_bank_id, account_id=account_id)
    work.session.add(row)
    return row


async def _agreement(work: Work, caller: Caller, slug: str) -> Agreement:
    partner = await queries.find_partner(work.session, caller.bank_id, slug)
    if partner is None:
        raise NotPartners
    row = await queries.lock_agreement(work.session, caller.bank_id, partner.bank_id)
    if row is None or row.withdrawn_at is not None:
        raise NotPartners
    return row


def _row(
    work: Work, agreement: Agreement, member_id: UUID, giver_id: UUID, minutes: int
) -> Transfer:
    return Transfer(
        bank_id=agreement.bank_id,
        transfer_id=new_id(),
        partner_bank_id=agreement.partner_bank_id,
        member_id=member_id,
        giver_id=giver_id,
        minutes=minutes,
        hold_id=new_id(),
        status=TransferStatus.SENT.value,
        sent_at=work.now,
        look_at=work.now + LOOK_AGAIN_AFTER,
    )


async def _post(work: Work, row: Transfer, payer: UUID, agreement: Agreement) -> None:
    """Move the hours to the clearing account, and hold them there as long as they may come back.

    Nothing moves on a clearing account but under the lock of its agreement, so its balance stays.
    """
    clearing = agreement.account_id
    limits = Limits(agreement.floor_minutes, agreement.ceiling_minutes)
    balance = await account_queries.get_balance(work.session, row.bank_id, clearing)
    if (left := left_to_send(limits, balance)) < row.minutes:
        raise OverPartnerLimit(left_minutes=left)
    posted = await ledger.settle(
        work,
        Instruction(
            row.bank_id,
            kind="transfer",
            reference=f"transfer:{row.transfer_id}",
            subject_id=row.transfer_id,
            legs=(Leg(payer, clearing, row.minutes),),
            opens=NewHold(row.hold_id, clearing, row.minutes),
        ),
    )
    row.posting_id = posted.posting_ids[0]
