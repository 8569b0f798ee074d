"""Setting limits, on record and with a reason."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, update

from app.banks import queries as banks
from app.banks.rules import refuse_over_ceiling
from app.banks.tables import Bank
from app.kit.bulk import insert_many
from app.kit.errors import NotFound
from app.kit.ground import Work
from app.kit.ids import new_id
from app.kit.versions import etag, refuse_stale
from app.ledger import queries as books
from app.ledger.accounts import queries
from app.ledger.accounts.rules import ChangeKind, Limits
from app.ledger.accounts.tables import AccountChange
from app.ledger.notes import note
from app.ledger.operations import settle
from app.ledger.rules import AccountClosed, AccountKind, Instruction
from app.ledger.tables import Account


async def set_limits(
    work: Work,
    bank_id: UUID,
    account_id: UUID,
    limits: Limits,
    *,
    if_match: str | None,
    by: UUID | None,
    reason: str,
    about: UUID | None = None,
) -> None:
    """Give one member's account limits of its own.

    Raises:
        NotFound: when the bank has no such member's account.
        Stale: when `If-Match` names other limits than there are now.
        AccountClosed: when the account is closed.
    """
    account = await books.get_account(work.session, bank_id, account_id)
    if account.kind != AccountKind.MEMBER:
        raise NotFound
    states = await books.lock_accounts(work.session, bank_id, [account_id])
    state = states[account_id]
    refuse_stale(
        if_match, limits_etag(account_id, Limits(state.policy_floor, state.policy_ceiling))
    )
    if state.closed:
        raise AccountClosed
    deed_id = await _record(work, bank_id, [account_id], limits)
    await _apply(work, bank_id, [account_id], limits, are_own=True)
    await note(work, bank_id, deed_id, by=by, reason=reason, about=about)


async def set_bank_limits(
    work: Work, bank_id: UUID, limits: Limits, *, if_match: str | None, by: UUID, reason: str
) -> Bank:
    """Change the bank's limits, and those of every open account that has none of its own.

    Raises:
        Stale: when `If-Match` names other limits than there are now.
        OpeningOverCeiling: when new members are given more than the ceiling would allow.
    """
    bank = await banks.lock_bank(work.session, bank_id)
    refuse_stale(if_match, limits_etag(bank_id, Limits(bank.floor_minutes, bank.ceiling_minutes)))
    refuse_over_ceiling(bank.opening_credit_minutes, limits.ceiling)
    bank.floor_minutes = limits.floor
    bank.ceiling_minutes = limits.ceiling
    following = await queries.list_following(work.session, bank_id)
    await books.lock_accounts(work.session, bank_id, following)
    # Again, under the locks: some may have been closed, or given limits of their own, meanwhile.
    still = await queries.list_following(work.session, bank_id)
    if not still:
        return bank  # nothing in the books follows: a deed would be empty for ever (V12)
    deed_id = await _record(work, bank_id, still, limits)
    await _apply(work, bank_id, still, limits, are_own=False)
    await note(work, bank_id, deed_id, by=by, reason=reason)
    return bank


def limits_etag(owner_id: UUID, limits: Limits) -> str:
    """The entity tag of the limits of an account or a bank."""
    return etag("limits", owner_id, limits.floor, limits.ceiling)


async def _record(work: Work, bank_id: UUID, account_ids: Sequence[UUID], limits: Limits) -> UUID:
    numbers = await queries.count_changes(work.session, bank_id, account_ids)
    posted = await settle(work, Instruction(bank_id, "limits", f"limits:{new_id()}"))
    change = {
        "bank_id": bank_id,
        "deed_id": posted.deed_id,
        "kind": ChangeKind.LIMITS.value,
        "changed_at": posted.posted_at,
        "policy_floor_minutes": limits.floor,
        "policy_ceiling_minutes": limits.ceiling,
    }
    rows = [change | {"account_id": one, "number": numbers[one] + 1} for one in account_ids]
    await insert_many(work.session, AccountChange, rows)
    return posted.deed_id


async def _apply(
    work: Work, bank_id: UUID, account_ids: Sequence[UUID], limits: Limits, *, are_own: bool
) -> None:
    available = Account.balance_minutes - Account.held_minutes
    expected = Account.balance_minutes + Account.held_in_minutes
    ceiling = None if limits.ceiling is None else func.greatest(limits.ceiling, expected)
    await work.session.execute(
        update(Account)
        .where(Account.bank_id == bank_id, Account.account_id.in_(account_ids))
        .values(
            policy_floor_minutes=limits.floor,
            floor_minutes=func.least(limits.floor, available),
            policy_ceiling_minutes=limits.ceiling,
            ceiling_minutes=ceiling,
            has_own_limits=are_own,
        )
    )
