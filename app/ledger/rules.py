"""The law of the books, as values: what an instruction does to the accounts that it touches."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import ClassVar, Final, NamedTuple
from uuid import UUID

from app.kit.errors import Conflict, Said

ISSUING_FLOOR_MINUTES: Final = -(2**60)
"""The issuing account shows the other side of opening credits: it has no floor that matters."""


class AccountKind(StrEnum):
    """Whose an account is."""

    MEMBER = "member"
    FUND = "fund"
    ISSUING = "issuing"
    CLEARING = "clearing"
    """Hours between this bank and a partner bank; one for each partner."""


class HoldOutcome(StrEnum):
    """How a hold ended."""

    SETTLED = "settled"
    RELEASED = "released"
    EXPIRED = "expired"


class NotEnoughHours(Conflict):
    """The movement or hold would take an account under its floor."""

    said: ClassVar = {
        "en": Said(
            "Not enough hours",
            "{minutes} minutes were asked for; {available_minutes} are available above the floor.",
        ),
        "sl": Said(
            "Premalo ur",
            "Zahtevanih je {minutes} minut; nad spodnjo mejo jih je na voljo {available_minutes}.",
        ),
    }


class HoldEnded(Conflict):
    """The hold was settled, released or has expired before."""

    said: ClassVar = {
        "en": Said("The reserved hours were already released"),
        "sl": Said("Rezervirane ure so že sproščene"),
    }


class AccountClosed(Conflict):
    """One of the accounts was closed: nothing moves on it, and nothing is held."""

    said: ClassVar = {
        "en": Said("This account is closed", "No hours move on it any more."),
        "sl": Said("Ta račun je zaprt", "Na njem se ure ne premikajo več."),
    }


Refusal = NotEnoughHours | HoldEnded | AccountClosed
"""Why a deed may be refused by the books."""


@dataclass(frozen=True)
class Leg:
    """Minutes from one account (debit) to another (credit)."""

    debit: UUID
    credit: UUID
    minutes: int
    reverses: UUID | None = None
    """The posting that this one takes back."""


@dataclass(frozen=True)
class NewHold:
    """Minutes to reserve on an account."""

    hold_id: UUID
    account_id: UUID
    minutes: int


@dataclass(frozen=True)
class HoldEnding:
    """A hold to end, on the account that it stands on."""

    hold_id: UUID
    account_id: UUID
    outcome: HoldOutcome


@dataclass(frozen=True)
class Instruction:
    """One deed as asked of the books; all of it happens, or nothing."""

    bank_id: UUID
    kind: str
    reference: str
    subject_id: UUID | None = None
    legs: tuple[Leg, ...] = ()
    opens: NewHold | None = None
    ends: HoldEnding | None = None
    may_pass_floor: bool = False
    """Only a moderator's correction may, openly, with a reason (law 6)."""
    otherwise: "Instruction | None" = None
    """What is done instead where this one is refused for want of hours, on the same accounts."""

    @cached_property
    def accounts(self) -> frozenset[UUID]:
        """Every account that this instruction touches."""
        sides = {side for leg in self.legs for side in (leg.debit, leg.credit)}
        holds = {part.account_id for part in (self.opens, self.ends) if part}
        return frozenset(sides | holds)


class AccountState(NamedTuple):
    """An account as the books see it while deciding, in minutes."""

    balance: int
    held: int
    floor: int
    policy_floor: int
    seq: int
    posted_at: datetime
    head: bytes = b""
    """The head of the account's hash chain."""
    closed: bool = False

    @property
    def room(self) -> int:
        """How many minutes may still leave or be held."""
        return self.balance - self.held - self.floor

    @property
    def floor_in_force(self) -> int:
        """The floor never blocks what has happened, and rises again with the balance."""
        return min(self.policy_floor, self.balance - self.held)


class PostedLeg(NamedTuple):
    """A leg as it will be written: with both sequence numbers and both balances after it."""

    leg: Leg
    debit_seq: int
    credit_seq: int
    debit_balance: int
    credit_balance: int


@dataclass(frozen=True)
class OpenHold:
    """A hold as it stands: its minutes, and whether it has ended."""

    minutes: int
    ended: bool


@dataclass(frozen=True)
class Decision:
    """What an instruction does: the accounts after it, and its legs as they will be written."""

    after: dict[UUID, AccountState]
    legs: tuple[PostedLeg, ...]
    posted_at: datetime


@dataclass
class _Draft:
    """Accounts while one instruction is worked through."""

    states: dict[UUID, AccountState]
    legs: list[PostedLeg] = field(default_factory=list)

    def hold(self, account_id: UUID, minutes: int) -> None:
        state = self.states[account_id]
        self.states[account_id] = state._replace(held=state.held + minutes)

    def move(self, leg: Leg) -> None:
        debit, credit = self.states[leg.debit], self.states[leg.credit]
        debit = debit._replace(balance=debit.balance - leg.minutes, seq=debit.seq + 1)
        credit = credit._replace(balance=credit.balance + leg.minutes, seq=credit.seq + 1)
        self.states |= {leg.debit: debit, leg.credit: credit}
        self.legs.append(PostedLeg(leg, debit.seq, credit.seq, debit.balance, credit.balance))


def decide(
    instruction: Instruction,
    accounts: dict[UUID, AccountState],
    holds: dict[UUID, OpenHold],
    now: datetime,
) -> Decision | Refusal:
    """What the instruction does to these accounts, or why it cannot.

    The limits are judged on the final state of each account, so the order of the legs does not
    matter. Time never runs backwards on an account: the posting is as late as the latest before.
    """
    draft = _Draft({account_id: accounts[account_id] for account_id in instruction.accounts})
    if any(state.closed for state in draft.states.values()):
        return AccountClosed()
    if instruction.ends is not None:
        hold = holds.get(instruction.ends.hold_id)
        if hold is None or hold.ended:
            return HoldEnded()
        draft.hold(instruction.ends.account_id, -hold.minutes)
    if instruction.opens is not None:
        draft.hold(instruction.opens.account_id, instruction.opens.minutes)
    for leg in instruction.legs:
        draft.move(leg)
    return _judged(instruction, accounts, draft, now)


def _judged(
    instruction: Instruction, before: dict[UUID, AccountState], draft: _Draft, now: datetime
) -> Decision | NotEnoughHours:
    posted_at = max([now, *(state.posted_at for state in draft.states.values())])
    after: dict[UUID, AccountState] = {}
    for account_id, state in draft.states.items():
        was = before[account_id]
        if state.room < 0 and state.room < was.room and not instruction.may_pass_floor:
            available = max(was.room, 0)
            return NotEnoughHours(minutes=was.room - state.room, available_minutes=available)
        after[account_id] = state._replace(floor=state.floor_in_force, posted_at=posted_at)
    return Decision(after, tuple(draft.legs), posted_at)
