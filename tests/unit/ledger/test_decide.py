from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from app.ledger.deciding import Decision, decide
from app.ledger.rules import (
    HoldEnded,
    HoldEnding,
    HoldOutcome,
    Instruction,
    Leg,
    NewHold,
    NotEnoughHours,
    Refusal,
)
from app.ledger.states import AccountState, OpenHold

BANK = UUID(int=1)
NAMES = tuple(UUID(int=number) for number in range(10, 14))
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OLD_HOLD = UUID(int=99)
MINUTES = st.integers(1, 400)
Accounts = dict[UUID, AccountState]


@st.composite
def states(draw: st.DrawFn) -> AccountState:
    """An account as the books can have it, after a moderator's correction too."""
    balance, held = draw(st.integers(-900, 900)), draw(st.integers(0, 300))
    policy = draw(st.sampled_from([0, -60, -720]))
    return AccountState(
        balance=balance,
        held=held,
        floor=min(policy, balance - held),
        policy_floor=policy,
        seq=draw(st.integers(0, 5)),
        posted_at=NOON + timedelta(minutes=draw(st.integers(-60, 60))),
    )


ACCOUNTS = st.fixed_dictionaries(dict.fromkeys(NAMES, states()))
SIDES = st.permutations(NAMES).map(lambda names: names[:2])
LEGS = st.lists(st.builds(lambda two, n: Leg(two[0], two[1], n), SIDES, MINUTES), max_size=5)


@st.composite
def instructions(draw: st.DrawFn, *, may_pass_limits: bool | None = None) -> Instruction:
    """Any deed over these accounts; the old hold stands on the first account."""
    opens = draw(st.none() | st.builds(NewHold, st.just(uuid4()), st.sampled_from(NAMES), MINUTES))
    ending = HoldEnding(OLD_HOLD, NAMES[0], HoldOutcome.SETTLED)
    passes = draw(st.booleans()) if may_pass_limits is None else may_pass_limits
    return Instruction(
        BANK,
        "test",
        "reference",
        legs=tuple(draw(LEGS)),
        opens=opens,
        ends=draw(st.sampled_from([None, ending])),
        may_pass_limits=passes,
    )


def _holds(accounts: Accounts) -> dict[UUID, OpenHold]:
    """The old hold is all that is held on the first account."""
    return {OLD_HOLD: OpenHold(accounts[NAMES[0]].held, NAMES[0])}


def _decided(asked: Instruction, accounts: Accounts) -> Decision | Refusal:
    return decide(asked, accounts, _holds(accounts), NOON)


def _available(state: AccountState) -> int:
    return state.balance - state.held


@given(ACCOUNTS, instructions())
def test_minutes_are_neither_made_nor_lost(accounts: Accounts, asked: Instruction) -> None:
    decision = _decided(asked, accounts)
    if isinstance(decision, Decision):
        before = {one: accounts[one] for one in decision.after}
        balances = [sum(one.balance for one in side.values()) for side in (before, decision.after)]
        assert balances[0] == balances[1]
        opened = asked.opens.minutes if asked.opens else 0
        ended = accounts[NAMES[0]].held if asked.ends else 0
        held = [sum(one.held for one in side.values()) for side in (before, decision.after)]
        assert held[1] - held[0] == opened - ended
        assert set(decision.after) == asked.accounts


@given(ACCOUNTS, instructions(may_pass_limits=False))
def test_no_account_goes_under_its_floor_or_farther_under_it(
    accounts: Accounts, asked: Instruction
) -> None:
    decision = _decided(asked, accounts)
    if isinstance(decision, Decision):
        for one, state in decision.after.items():
            assert _available(state) >= accounts[one].floor
            assert state.floor >= accounts[one].floor, "a floor in force never sinks by itself"


@given(ACCOUNTS, instructions(may_pass_limits=False))
def test_what_is_refused_would_have_passed_a_floor(accounts: Accounts, asked: Instruction) -> None:
    decision = _decided(asked, accounts)
    if isinstance(decision, NotEnoughHours):
        allowed = _decided(replace(asked, may_pass_limits=True), accounts)
        assert isinstance(allowed, Decision)
        assert any(_available(state) < accounts[one].floor for one, state in allowed.after.items())
        available = decision.facts["available_minutes"]
        minutes = decision.facts["minutes"]
        assert isinstance(minutes, int)
        assert isinstance(available, int)
        assert 0 <= available < minutes


@given(ACCOUNTS, instructions(), st.none() | st.integers(-90, 90))
def test_nothing_happens_after_it_was_posted_and_nothing_is_decided_by_when_it_did(
    accounts: Accounts, asked: Instruction, minutes: int | None
) -> None:
    at = None if minutes is None else NOON + timedelta(minutes=minutes)
    first, second = (_decided(one, accounts) for one in (asked, replace(asked, effective_at=at)))
    assert type(first) is type(second)
    if isinstance(first, Decision) and isinstance(second, Decision):
        assert replace(second, effective_at=first.effective_at) == first
        assert first.effective_at == first.posted_at
        assert second.effective_at == min(at or second.posted_at, second.posted_at)


@given(ACCOUNTS, instructions())
def test_the_floor_in_force_follows_from_the_policy_and_what_is_available(
    accounts: Accounts, asked: Instruction
) -> None:
    decision = _decided(asked, accounts)
    if isinstance(decision, Decision):
        for state in decision.after.values():
            assert state.floor == min(state.policy_floor, _available(state))


@given(ACCOUNTS, instructions(), st.data())
def test_the_order_of_the_legs_does_not_matter(
    accounts: Accounts, asked: Instruction, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(asked.legs))
    first = _decided(asked, accounts)
    second = _decided(replace(asked, legs=tuple(shuffled)), accounts)
    assert type(first) is type(second)
    if isinstance(first, Decision):
        assert isinstance(second, Decision)
        assert first.after == second.after


@given(ACCOUNTS, instructions())
def test_deciding_changes_nothing_by_itself(accounts: Accounts, asked: Instruction) -> None:
    holds = _holds(accounts)
    before = dict(accounts), dict(holds)
    decide(asked, accounts, holds, NOON)
    assert (accounts, holds) == before


@given(ACCOUNTS, instructions())
def test_time_never_stands_still_on_an_account_and_never_runs_backwards(
    accounts: Accounts, asked: Instruction
) -> None:
    decision = _decided(asked, accounts)
    if isinstance(decision, Decision):
        before = {accounts[one].posted_at for one in decision.after}
        assert all(one < decision.posted_at for one in before)
        as_early_as_can_be = {one + timedelta(microseconds=1) for one in before} | {NOON}
        assert decision.posted_at in as_early_as_can_be
        assert decision.posted_at >= NOON
        assert {state.posted_at for state in decision.after.values()} <= {decision.posted_at}


@given(ACCOUNTS, instructions(may_pass_limits=True))
def test_every_leg_has_the_next_number_and_balance_of_both_accounts(
    accounts: Accounts, asked: Instruction
) -> None:
    decision = _decided(asked, accounts)
    assert isinstance(decision, Decision)
    assert [one.leg for one in decision.legs] == list(asked.legs)
    now = {one: (accounts[one].seq, accounts[one].balance) for one in accounts}
    for one in decision.legs:
        for side, change in ((one.leg.debit, -one.leg.minutes), (one.leg.credit, one.leg.minutes)):
            now[side] = (now[side][0] + 1, now[side][1] + change)
        assert (one.debit_seq, one.debit_balance) == now[one.leg.debit]
        assert (one.credit_seq, one.credit_balance) == now[one.leg.credit]
    for account, state in decision.after.items():
        assert (state.seq, state.balance) == now[account]


@given(ACCOUNTS, instructions(), st.booleans())
def test_a_hold_that_is_unknown_or_has_ended_cannot_be_ended(
    accounts: Accounts, asked: Instruction, known: bool
) -> None:
    ending = replace(asked, ends=HoldEnding(OLD_HOLD, NAMES[0], HoldOutcome.RELEASED))
    holds = {OLD_HOLD: OpenHold(10, NAMES[0], ended=True)} if known else {}
    assert isinstance(decide(ending, accounts, holds, NOON), HoldEnded)


@given(names=st.lists(st.uuids(), min_size=3, max_size=6, unique=True))
def test_which_refusal_it_is_hangs_on_no_order(names: list[UUID]) -> None:
    *short, rich = names
    low = AccountState(balance=0, held=0, floor=0, policy_floor=0, seq=0, posted_at=NOON)
    for order in (short, short[::-1]):
        legs = tuple(Leg(one, rich, 1) for one in order)
        refusal = decide(
            Instruction(BANK, "x", "x", legs=legs), dict.fromkeys(names, low), {}, NOON
        )
        assert isinstance(refusal, NotEnoughHours)
        assert refusal.account_id == min(short)


def test_the_floor_may_be_reached_to_the_minute() -> None:
    empty = AccountState(0, 0, -720, -720, 0, NOON)
    for minutes, kind in ((720, Decision), (721, NotEnoughHours)):
        asked = Instruction(BANK, "test", "r", legs=(Leg(NAMES[0], NAMES[1], minutes),))
        assert isinstance(decide(asked, dict.fromkeys(NAMES, empty), {}, NOON), kind)
        held = Instruction(BANK, "test", "r", opens=NewHold(uuid4(), NAMES[0], minutes))
        assert isinstance(decide(held, dict.fromkeys(NAMES, empty), {}, NOON), kind)


def test_a_chain_is_judged_by_its_end_and_not_on_its_way() -> None:
    empty = AccountState(0, 0, 0, 0, 0, NOON)
    rich = empty._replace(balance=60)
    one, two, three, _ = NAMES
    legs = (Leg(two, three, 60), Leg(one, two, 60))
    accounts = {one: rich, two: empty, three: empty}
    decision = decide(Instruction(BANK, "test", "r", legs=legs), accounts, {}, NOON)
    assert isinstance(decision, Decision)
    assert [decision.after[name].balance for name in (one, two, three)] == [0, 0, 60]
