"""Setting the limits of a member, and of the bank."""

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from app.banks import queries as banks
from app.identity.rules import Caller
from app.kit.ground import Work
from app.ledger import queries as books
from app.ledger.accounts.rules import Limits
from app.ledger.limits import operations as ledger
from app.ledger.limits.operations import limits_etag
from app.members.limits import queries
from app.openings import operations as openings
from app.openings.rules import OpeningKind


@dataclass(frozen=True)
class Wish:
    """What is to change; what is not named stays."""

    floor: int | None
    ceiling: int | None
    names_ceiling: bool
    """Whether the ceiling is to change; to none, where it is None."""
    reason: str
    if_match: str | None

    def on(self, now: Limits) -> Limits:
        """The limits that are wished for."""
        floor = now.floor if self.floor is None else self.floor
        return Limits(floor, self.ceiling if self.names_ceiling else now.ceiling)


class InForce(NamedTuple):
    """The limits from now on, and the entity tag that names them."""

    etag: str
    limits: Limits


async def set_for_member(work: Work, caller: Caller, member_id: UUID, wish: Wish) -> InForce:
    """Give a member limits of their own, also where they are past them.

    Raises:
        NotFound: when the bank has no such active member.
        Concerned: when the coordinator has something of their own with them.
        Stale: when `If-Match` names other limits than there are now.
        AccountClosed: when the account is closed.
    """
    account_id = await queries.get_active_account_id(work.session, caller.bank_id, member_id)
    await openings.open_case(work, caller, [member_id], OpeningKind.LIMITS, wish.reason)
    states = await books.lock_accounts(work.session, caller.bank_id, [account_id])
    state = states[account_id]
    limits = wish.on(Limits(state.policy_floor, state.policy_ceiling))
    await ledger.set_limits(
        work,
        caller.bank_id,
        account_id,
        limits,
        if_match=wish.if_match,
        by=caller.login_id,
        reason=wish.reason,
        about=member_id,
    )
    return InForce(limits_etag(account_id, limits), limits)


async def set_for_bank(work: Work, caller: Caller, wish: Wish) -> InForce:
    """Change the bank's limits, and those of all members who have none of their own.

    Raises:
        Stale: when `If-Match` names other limits than there are now.
        OpeningOverCeiling: when new members are given more than the ceiling would allow.
    """
    bank = await banks.lock_bank(work.session, caller.bank_id)
    limits = wish.on(Limits(bank.floor_minutes, bank.ceiling_minutes))
    await ledger.set_bank_limits(
        work,
        caller.bank_id,
        limits,
        if_match=wish.if_match,
        by=caller.login_id,
        reason=wish.reason,
    )
    return InForce(limits_etag(bank.bank_id, limits), limits)
