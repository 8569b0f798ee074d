"""Opening and closing accounts."""

from uuid import UUID

from sqlalchemy import Update, insert, update

from app.banks.tables import Bank
from app.kit.errors import NotFound
from app.kit.ground import Work
from app.kit.ids import new_id
from app.ledger import queries as books
from app.ledger.accounts import queries
from app.ledger.accounts.rules import ChangeKind, HoursHeld
from app.ledger.accounts.tables import AccountChange, AccountOwner, Clearing
from app.ledger.chain import genesis
from app.ledger.notes import note
from app.ledger.operations import Posted, settle
from app.ledger.rules import ISSUING_FLOOR_MINUTES, AccountClosed, AccountKind, Instruction, Leg
from app.ledger.states import AccountState
from app.ledger.tables import Account


async def open_bank_accounts(work: Work, bank_id: UUID) -> None:
    """The fund and the issuing account of a new bank."""
    await _open(work, bank_id, AccountKind.FUND, 0)
    await _open(work, bank_id, AccountKind.ISSUING, ISSUING_FLOOR_MINUTES)


async def open_member_account(work: Work, bank: Bank, member_id: UUID) -> UUID:
    """A new member's account, with the bank's limits and, where the bank gives any, its hours.

    They come from the issuing account, once for each member: the deed is named after the member.
    Whose it is, is written with it and never changes.
    """
    limits = bank.floor_minutes, bank.ceiling_minutes
    account_id = await _open(work, bank.bank_id, AccountKind.MEMBER, *limits)
    await work.session.execute(
        insert(AccountOwner).values(
            bank_id=bank.bank_id,
            account_id=account_id,
            member_id=member_id,
            kind=AccountKind.MEMBER.value,
        )
    )
    if bank.opening_credit_minutes:
        issuing = await books.get_bank_account(work.session, bank.bank_id, AccountKind.ISSUING)
        legs = (Leg(issuing, account_id, bank.opening_credit_minutes),)
        reference = f"member:{member_id}:opening"
        await settle(work, Instruction(bank.bank_id, "opening", reference, legs=legs))
    return account_id


async def open_clearing_account(work: Work, bank_id: UUID, partner_bank_id: UUID) -> UUID:
    """The account that clears this bank's hours with a partner's, empty."""
    account_id = await _open(work, bank_id, AccountKind.CLEARING, 0, 0)
    await work.session.execute(
        insert(Clearing).values(
            bank_id=bank_id, partner_bank_id=partner_bank_id, account_id=account_id
        )
    )
    return account_id


async def set_clearing_limits(
    work: Work, bank_id: UUID, account_id: UUID, *, floor_minutes: int, ceiling_minutes: int
) -> None:
    """Change how far a clearing account may go down and up; what has happened stands."""
    state = (await books.lock_accounts(work.session, bank_id, [account_id]))[account_id]
    changed = {
        "policy_floor_minutes": floor_minutes,
        "floor_minutes": min(floor_minutes, state.available),
        "policy_ceiling_minutes": ceiling_minutes,
        "ceiling_minutes": max(ceiling_minutes, state.expected),
    }
    await work.session.execute(_row(bank_id, account_id).values(changed))


async def close_account(
    work: Work, bank_id: UUID, account_id: UUID, *, by: UUID | None, reason: str | None = None
) -> Posted:
    """Close the account of a member who leaves: nothing moves on it any more, for good.

    Hours that are left go to the fund (`closing`); what was received and not given is covered by
    the issuing account (`closing_cover`). Nobody else's books change.

    Args:
        work: the transaction that the leaving is part of.
        bank_id: the member's bank.
        account_id: the member's account.
        by: the login that does it; None for an operator's or a timer's deed.
        reason: kept sealed, apart from the books.

    Raises:
        NotFound: when the bank has no such member's account.
        AccountClosed: when it was closed before.
        HoursHeld: when hours are reserved on it for an exchange: end that first.
    """
    state, fund, issuing = await _lock(work, bank_id, account_id)
    if state.closed:
        raise AccountClosed
    if state.held or state.held_in:
        raise HoursHeld(held_minutes=state.held + state.held_in)
    to_fund = state.balance > 0
    leg = (
        Leg(account_id, fund, state.balance)
        if to_fund
        else Leg(issuing, account_id, -state.balance)
    )
    kind = "closing" if state.balance >= 0 else "closing_cover"
    legs = (leg,) if state.balance else ()
    posted = await _record(work, bank_id, account_id, kind, legs)
    closed = {"closed_at": posted.posted_at, "closed_seq": Account.seq}
    await work.session.execute(_row(bank_id, account_id).values(closed))
    await note(work, bank_id, posted.deed_id, by=by, reason=reason)
    return posted


async def _lock(work: Work, bank_id: UUID, account_id: UUID) -> tuple[AccountState, UUID, UUID]:
    """The member's account, the fund and the issuing account, locked in the order of all deeds."""
    account = await books.get_account(work.session, bank_id, account_id)
    if account.kind != AccountKind.MEMBER:
        raise NotFound
    kinds = (AccountKind.FUND, AccountKind.ISSUING)
    fund, issuing = [await books.get_bank_account(work.session, bank_id, one) for one in kinds]
    states = await books.lock_accounts(work.session, bank_id, (account_id, fund, issuing))
    return states[account_id], fund, issuing


async def _record(
    work: Work, bank_id: UUID, account_id: UUID, kind: str, legs: tuple[Leg, ...]
) -> Posted:
    numbers = await queries.count_changes(work.session, bank_id, [account_id])
    number = numbers[account_id] + 1
    reference = f"account:{account_id}:{number}"
    posted = await settle(work, Instruction(bank_id, kind, reference, legs=legs))
    await work.session.execute(
        insert(AccountChange).values(
            bank_id=bank_id,
            account_id=account_id,
            number=number,
            deed_id=posted.deed_id,
            kind=ChangeKind.CLOSED.value,
            changed_at=posted.posted_at,
        )
    )
    return posted


def _row(bank_id: UUID, account_id: UUID) -> Update:
    return update(Account).where(Account.bank_id == bank_id, Account.account_id == account_id)


async def _open(
    work: Work,
    bank_id: UUID,
    kind: AccountKind,
    floor_minutes: int,
    ceiling_minutes: int | None = None,
) -> UUID:
    account_id = new_id()
    await work.session.execute(
        insert(Account).values(
            bank_id=bank_id,
            account_id=account_id,
            kind=kind.value,
            balance_minutes=0,
            held_minutes=0,
            held_in_minutes=0,
            floor_minutes=floor_minutes,
            policy_floor_minutes=floor_minutes,
            ceiling_minutes=ceiling_minutes,
            policy_ceiling_minutes=ceiling_minutes,
            has_own_limits=False,
            seq=0,
            posted_at=work.now,
            head=genesis(bank_id, account_id),
            created_at=work.now,
        )
    )
    return account_id
