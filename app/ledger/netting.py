"""From what changes on each account to the fewest postings that do it."""

from collections.abc import Mapping
from uuid import UUID

from app.ledger.rules import Leg


def legs_for(changes: Mapping[UUID, int]) -> tuple[Leg, ...]:
    """Postings that change these accounts by these minutes, which must sum to zero.

    Each account is on one side only, so its running balance does not dip on the way. Paired
    by account id, so the order of `changes` makes no difference; at most one posting fewer than
    there are accounts.
    """
    assert sum(changes.values()) == 0, "minutes are neither made nor lost"
    debits = [(one, -changes[one]) for one in sorted(changes) if changes[one] < 0]
    credits_ = [(one, changes[one]) for one in sorted(changes) if changes[one] > 0]
    legs = []
    while debits:
        (debit, leaving), (credit, arriving) = debits.pop(), credits_.pop()
        minutes = min(leaving, arriving)
        legs.append(Leg(debit, credit, minutes))
        if leaving > minutes:
            debits.append((debit, leaving - minutes))
        if arriving > minutes:
            credits_.append((credit, arriving - minutes))
    return tuple(legs)
