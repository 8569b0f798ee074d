"""Giving to the fund, and granting from it."""

from collections.abc import Sequence
from uuid import UUID

from app.banks import queries as banks
from app.banks.tables import Bank
from app.fund import queries
from app.fund.rules import (
    GrantOverBudget,
    GrantOverCap,
    budget_counts_from,
    cap_counts_from,
)
from app.fund.tables import Grant
from app.identity.rules import Caller
from app.kit.errors import NotFound
from app.kit.ground import Work
from app.kit.ids import new_id
from app.ledger import operations as ledger
from app.ledger import queries as books
from app.ledger.operations import Posted
from app.ledger.rules import AccountKind, Instruction, Leg, Refusal
from app.members import queries as members
from app.members.accounts import queries as purses
from app.members.rules import MemberStatus
from app.notices import operations as notices
from app.notices.rules import NoticeKind
from app.openings import operations as openings


async def donate_many(work: Work, asked: Sequence[tuple[Caller, int]]) -> list[Posted | Refusal]:
    """Give some of each caller's minutes to the community.

    Returns:
        For each what was posted; or `NotEnoughHours`, where it would go under the floor.
    """
    (bank_id,) = {caller.bank_id for caller, _ in asked}  # a batch is of one bank
    givers = {caller.me for caller, _ in asked}
    accounts = await purses.get_account_ids(work.session, bank_id, givers)
    fund = await books.get_bank_account(work.session, bank_id, AccountKind.FUND)
    instructions = []
    for caller, minutes in asked:
        leg = Leg(accounts[caller.me], fund, minutes)
        reference = f"donation:{new_id()}"
        instructions.append(Instruction(bank_id, "donation", reference, legs=(leg,)))
    return await ledger.settle_many(work.session, instructions, work.clock)


async def grant(work: Work, caller: Caller, *, member_id: UUID, minutes: int, reason: str) -> Grant:
    """Give a member hours from the fund, within the budget and the cap.

    Raises:
        NotFound: when the bank has no such active member.
        Concerned: when the coordinator has something of their own with them.
        GrantOverCap, GrantOverBudget: when the bank's rules do not allow that much.
        NotEnoughHours: when the fund has not that many.
    """
    bank = await banks.lock_bank(work.session, caller.bank_id)  # a bank's grants wait in line
    member = await members.lock_member(work.session, caller.bank_id, member_id)
    if member.status != MemberStatus.ACTIVE or member.account_id is None:
        raise NotFound
    await openings.refuse_party(work, caller, [member_id])
    await _refuse_over_limits(work, bank, member_id, minutes)
    row = _row(work, caller, member_id, minutes, reason)
    posted = await ledger.settle(
        work,
        Instruction(
            caller.bank_id,
            kind="grant",
            reference=f"grant:{row.grant_id}",
            legs=(Leg(await _fund(work, caller), member.account_id, minutes),),
        ),
    )
    row.posting_id = posted.posting_ids[0]
    work.session.add(row)
    notices.tell_member(work, caller.bank_id, member_id, NoticeKind.HOURS_GRANTED, row.grant_id)
    return row


async def _fund(work: Work, caller: Caller) -> UUID:
    return await books.get_bank_account(work.session, caller.bank_id, AccountKind.FUND)


async def _refuse_over_limits(work: Work, bank: Bank, member_id: UUID, minutes: int) -> None:
    since = cap_counts_from(work.now)
    had = await queries.sum_granted(work.session, bank.bank_id, since, member_id)
    if had + minutes > bank.grant_cap_minutes:
        raise GrantOverCap(left_minutes=max(0, bank.grant_cap_minutes - had))
    since = budget_counts_from(work.now)
    given = await queries.sum_granted(work.session, bank.bank_id, since)
    if given + minutes > bank.grant_budget_minutes:
        raise GrantOverBudget(left_minutes=max(0, bank.grant_budget_minutes - given))


def _row(work: Work, caller: Caller, member_id: UUID, minutes: int, reason: str) -> Grant:
    grant_id = new_id()
    return Grant(
        bank_id=caller.bank_id,
        grant_id=grant_id,
        member_id=member_id,
        minutes=minutes,
        reason_sealed=work.envelopes.seal(member_id, reason, "grant", caller.bank_id, grant_id),
        granted_by=caller.login_id,
        granted_at=work.now,
    )
