"""Accounts and holds as the books see them while deciding, in minutes."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.ledger.rules import HoldEnding


class AccountState(NamedTuple):
    """An account as the books see it while deciding, in minutes."""

    balance: int
    held: int
    floor: int
    policy_floor: int
    seq: int
    posted_at: datetime
    closed: bool = False
    held_in: int = 0
    """Minutes that are held elsewhere for this account."""
    ceiling: int | None = None
    policy_ceiling: int | None = None

    @property
    def available(self) -> int:
        """The balance without what is held."""
        return self.balance - self.held

    @property
    def expected(self) -> int:
        """The balance with all that is held for this account elsewhere."""
        return self.balance + self.held_in

    @property
    def room(self) -> int:
        """How many minutes may still leave or be held."""
        return self.available - self.floor

    @property
    def room_in(self) -> int | None:
        """How many minutes may still arrive or be held for it; None without a ceiling."""
        return None if self.ceiling is None else self.ceiling - self.expected

    # Written out below, as `_replace` takes twice the time, four times a posting.

    def moved(self, minutes: int) -> "AccountState":
        """After one more posting, which brought minutes; a negative number took them."""
        return AccountState(
            self.balance + minutes,
            self.held,
            self.floor,
            self.policy_floor,
            self.seq + 1,
            self.posted_at,
            self.closed,
            self.held_in,
            self.ceiling,
            self.policy_ceiling,
        )

    def posted(self, at: datetime) -> "AccountState":
        """As it stands after this moment.

        The floor in force never blocks what has happened, and rises again with the balance;
        likewise the ceiling, which sinks again.
        """
        ceiling = self.policy_ceiling
        return AccountState(
            self.balance,
            self.held,
            min(self.policy_floor, self.available),
            self.policy_floor,
            self.seq,
            at,
            self.closed,
            self.held_in,
            None if ceiling is None else max(ceiling, self.expected),
            ceiling,
        )


@dataclass(frozen=True)
class OpenHold:
    """A hold as it stands: its minutes, on which accounts it is, and whether it has ended."""

    minutes: int
    account_id: UUID
    for_account_id: UUID | None = None
    ended: bool = False

    def answers(self, ending: HoldEnding) -> bool:
        """Whether it can be ended so."""
        sides = (ending.account_id, ending.for_account_id)
        return not self.ended and sides == (self.account_id, self.for_account_id)
