"""Deciding: what an instruction does to the accounts that it touches, or why it is refused."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from app.ledger.rules import (
    BALANCE_MINUTES_MAX,
    POSTING_MINUTES_MAX,
    AccountClosed,
    HoldEnded,
    Instruction,
    Leg,
    NotEnoughHours,
    OverCeiling,
    Refusal,
    TooManyMinutes,
)
from app.ledger.states import AccountState, OpenHold

_TICK: Final = timedelta(microseconds=1)
"""The smallest step of time that the books keep."""


class PostedLeg(NamedTuple):
    """A leg as it will be written: with both sequence numbers and both balances after it."""

    leg: Leg
    debit_seq: int
    credit_seq: int
    debit_balance: int
    credit_balance: int


@dataclass(frozen=True)
class Decision:
    """What an instruction does: the accounts after it, and its legs as they will be written."""

    after: dict[UUID, AccountState]
    legs: tuple[PostedLeg, ...]
    posted_at: datetime
    effective_at: datetime
    """When it happened in the world: never after it was posted."""
    passed_limits: bool
    """Whether it took an account past a limit, as only a moderator's correction may."""


@dataclass
class _Draft:
    """Accounts while one instruction is worked through."""

    states: dict[UUID, AccountState]
    legs: list[PostedLeg] = field(default_factory=list)

    def hold(self, account_id: UUID, for_account_id: UUID | None, minutes: int) -> None:
        state = self.states[account_id]
        self.states[account_id] = state._replace(held=state.held + minutes)
        if for_account_id is not None:
            state = self.states[for_account_id]
            self.states[for_account_id] = state._replace(held_in=state.held_in + minutes)

    def move(self, leg: Leg) -> None:
        self.states[leg.debit] = debit = self.states[leg.debit].moved(-leg.minutes)
        self.states[leg.credit] = credit = self.states[leg.credit].moved(leg.minutes)
        self.legs.append(PostedLeg(leg, debit.seq, credit.seq, debit.balance, credit.balance))


def decide(
    instruction: Instruction,
    accounts: dict[UUID, AccountState],
    holds: dict[UUID, OpenHold],
    now: datetime,
) -> Decision | Refusal:
    """What the instruction does to these accounts, or why it cannot.

    The limits are judged on the final state of each account, so the order of the legs does not
    matter. Time never stands still on an account, nor runs backwards: whatever the clock says, the
    deed is later than all before it, so that the order of time is that of the numbers.
    """
    draft = _Draft({account_id: accounts[account_id] for account_id in instruction.accounts})
    if any(state.closed for state in draft.states.values()):
        return AccountClosed()
    if _largest(instruction) > POSTING_MINUTES_MAX:
        return TooManyMinutes()
    hold = holds.get(instruction.ends.hold_id) if instruction.ends else None
    if instruction.ends and not (hold and hold.answers(instruction.ends)):
        return HoldEnded()
    _work_through(instruction, hold, draft)
    return _judged(instruction, accounts, draft, now)


def _work_through(instruction: Instruction, hold: OpenHold | None, draft: _Draft) -> None:
    if hold is not None:
        draft.hold(hold.account_id, hold.for_account_id, -hold.minutes)
    if (opens := instruction.opens) is not None:
        draft.hold(opens.account_id, opens.for_account_id, opens.minutes)
    for leg in instruction.legs:
        draft.move(leg)


def _largest(instruction: Instruction) -> int:
    """The minutes of the largest posting or hold."""
    opens = [instruction.opens.minutes] if instruction.opens else []
    return max([0, *opens, *(leg.minutes for leg in instruction.legs)])


def _judged(
    instruction: Instruction, before: dict[UUID, AccountState], draft: _Draft, now: datetime
) -> Decision | Refusal:
    posted_at = max([now, *(state.posted_at + _TICK for state in draft.states.values())])
    after: dict[UUID, AccountState] = {}
    passed_limits = False
    for account_id in sorted(draft.states):  # which refusal it is does not hang on the order asked
        state, was = draft.states[account_id], before[account_id]
        if max(abs(state.available), abs(state.expected)) > BALANCE_MINUTES_MAX:
            return TooManyMinutes()
        refusal = _over_limits(was, state)
        if refusal is not None and not instruction.may_pass_limits:
            refusal.account_id = account_id
            return refusal
        passed_limits = passed_limits or refusal is not None
        after[account_id] = state.posted(posted_at)
    effective_at = min(instruction.effective_at or posted_at, posted_at)
    return Decision(after, tuple(draft.legs), posted_at, effective_at, passed_limits)


def _over_limits(was: AccountState, state: AccountState) -> NotEnoughHours | OverCeiling | None:
    """Why an account may not become so: beyond a limit, and farther beyond it than it was."""
    if state.room < 0 and state.room < was.room:
        available = max(was.room, 0)
        return NotEnoughHours(minutes=was.room - state.room, available_minutes=available)
    if state.room_in is None or was.room_in is None or state.room_in >= min(0, was.room_in):
        return None
    return OverCeiling(minutes=was.room_in - state.room_in, room_minutes=max(was.room_in, 0))
