"""Each rule of the books is broken once, in a copy of the program, and a test must fail."""

import sys
from pathlib import Path

import pytest

from tests.mutating import Break, misplaced, see_it_noticed

MACHINE = "tests/property/test_ledger_machine.py"
LIFE = "tests/property/test_exchange_machine.py"
HISTORIES = "tests/property/test_histories.py"
PEERS = "tests/api/test_peer_defects.py"
CLOSING = "tests/api/test_account_closing.py"
FUND = "tests/api/test_fund.py"
JOURNAL = "tests/api/test_journal.py"
LANES = "tests/e2e/test_lane.py"
CUT = "tests/api/test_cut_short.py"


BREAKS = {
    "the program does not look at the floor": Break(
        "ledger/deciding.py",
        "if state.room < 0 and state.room < was.room:",
        "if state is None:",
        MACHINE,
    ),
    "held minutes may be spent": Break(
        "ledger/states.py",
        "return self.available - self.floor",
        "return self.balance - self.floor",
        f"{PEERS}::test_blnk_holds_exceed_the_balance",
    ),
    "accounts are locked in no order": Break(
        "ledger/queries.py",
        ".order_by(Account.account_id)",
        ".order_by(func.random())",
        f"{PEERS}::test_formance_opposite_pairs",
    ),
    "accounts are not locked": Break(
        "ledger/queries.py", ".with_for_update(key_share=True, of=Account)", "", HISTORIES
    ),
    "the clock is read before the locks": Break(
        "ledger/operations.py",
        "states, heads = await queries.lock_chains(session, bank_id, wanted)",
        "clock = (lambda at: lambda: at)(clock())\n"
        "    states, heads = await queries.lock_chains(session, bank_id, wanted)",
        HISTORIES,
    ),
    "time may run backwards": Break(
        "ledger/deciding.py",
        "posted_at = max([now, *(state.posted_at + _TICK for state in draft.states.values())])",
        "posted_at = now",
        MACHINE,
    ),
    "time may stand still": Break(
        "ledger/deciding.py", "state.posted_at + _TICK for", "state.posted_at for", MACHINE
    ),
    "the postings of a deed stand in any order": Break(
        "ledger/operations.py", "ids.sort()", "assert ids is not None", JOURNAL
    ),
    "a hold that has ended is ended again": Break(
        "ledger/states.py",
        "return not self.ended and sides == (self.account_id, self.for_account_id)",
        "return sides == (self.account_id, self.for_account_id)",
        f"{PEERS}::test_blnk_a_hold_is_ended_twice",
    ),
    "the program does not look at the ceiling": Break(
        "ledger/deciding.py",
        "state.room_in >= min(0, was.room_in)",
        "state.room_in < 0",
        "tests/api/test_member_limits.py",
    ),
    "more is taken back than there was": Break(
        "ledger/reversing/operations.py",
        "if not 0 < minutes <= left:",
        "if minutes <= 0:",
        "tests/api/test_reversals.py",
    ),
    "what takes back is taken back": Break(
        "ledger/reversing/operations.py",
        "if posting.reverses_posting_id is not None:",
        "if posting is None:",
        f"{FUND}::test_a_grant_that_was_taken_back_comes_back_by_another_grant_only",
    ),
    "a correction grants past the cap": Break(
        "moderation/reversals/operations.py",
        "await _refuse_larger_grant(work, done)",
        "",
        f"{FUND}::test_no_correction_makes_a_grant_larger",
    ),
    "the parts of a whole do not sum to it": Break(
        "groups/rules.py",
        "part + (place < rest)",
        "part",
        "tests/unit/groups/test_shares.py",
    ),
    "a closed account takes postings": Break(
        "ledger/deciding.py",
        "if any(state.closed for state in draft.states.values()):",
        "if not draft.states:",
        CLOSING,
    ),
    "a hold can be ended twice in one batch": Break(
        "ledger/operations.py",
        "del holds[done.ends.hold_id]",
        "pass",
        f"{PEERS}::test_blnk_a_hold_is_ended_twice",
    ),
    "a chain has one side of a posting only": Break(
        "ledger/chaining.py",
        "for leg in _legs(row):",
        "for leg in _legs(row)[:1]:",
        MACHINE,
    ),
    "answers are not kept for their keys": Break(
        "kit/idempotency.py", "await fetch(work.session, _KEEP, arrays(good))", "pass", LIFE
    ),
    "another request may use the key": Break(
        "kit/idempotency.py", "if known_hash != use.request_hash:", "if False:", LIFE
    ),
    "what was taken longer than held is never asked for": Break(
        "exchanges/settling.py",
        "delivered = exchange.delivered_minutes or exchange.minutes",
        "delivered = exchange.minutes",
        "tests/api/test_exchange_steps.py",
    ),
    "a batch mixes banks": Break(
        "kit/lane.py",
        "goes = one.place == place and met.isdisjoint(one.subjects)",
        "goes = met.isdisjoint(one.subjects)",
        "tests/unit/kit/test_lane_batches.py",
    ),
    "a lost connection is a fault": Break(
        "kit/retrying.py",
        'return error.connection_invalidated or state.startswith("08") or state in _LOST',
        "return False",
        "tests/e2e/test_lost_connections.py",
    ),
    "a serialization failure is a fault": Break(
        "kit/retrying.py",
        "(was_lost(error) or _state(error) in _TRY_AGAIN | _AWAY)",
        "(was_lost(error) or _state(error) in _AWAY)",
        "tests/api/test_peer_defects_http.py",
    ),
    "a request that is cut short throws its connection away": Break(
        "kit/db.py",
        "await asyncio.shield(asyncio.create_task(session.close()))",
        "await session.close()",
        f"{CUT}::test_who_is_cancelled_again_and_again_gives_the_connection_back_at_rest",
    ),
    "a statement may take for ever": Break(
        "kit/db.py",
        '    "statement_timeout": STATEMENT_TIMEOUT,',
        "",
        f"{CUT}::test_every_connection_has_its_limits_of_time",
    ),
    "sealers do not wait for each other": Break(
        "ledger/sealing/operations.py",
        "    await banks.lock_bank(work.session, bank_id)",
        "    assert banks",
        "tests/api/test_seals_in_line.py",
    ),
    "whose accounts are is sealed by nothing": Break(
        "ledger/sealing/tree.py",
        "if any(head.owner_id for head in kept):",
        "if not kept:",
        "tests/api/test_seals.py",
    ),
    "whose accounts were is not looked up in what was sealed": Break(
        "ledger/checks_of_records.py",
        "AND s.owner_id IS DISTINCT FROM o.member_id",
        "AND false",
        "tests/api/test_account_owners.py",
    ),
    "the journal is of no one moment": Break(
        "ledger/journal/queries.py",
        'execution_options={"isolation_level": "REPEATABLE READ"}',
        "",
        JOURNAL,
    ),
    "who joins has the limits of before": Break(
        "members/operations.py",
        "bank = await banks.lock_bank(work.session, caller.bank_id)  # its",
        "bank = await banks.get_bank_by_id(work.session, caller.bank_id)  # its",
        "tests/api/test_member_limits.py",
    ),
    "limits of one's own are lost to the bank's": Break(
        "ledger/limits/operations.py",
        "still = await queries.list_following(work.session, bank_id)",
        "still = following",
        f"{CLOSING}::test_limits_of_ones_own_that_race_with_the_banks_are_kept",
    ),
    "the program answers before the commit": Break(
        "kit/hot.py",
        "async with ground.database.begin() as session:",
        "async with ground.database._sessions() as session:",
        LANES,
    ),
}


@pytest.mark.deep
@pytest.mark.parametrize("rule", BREAKS)
def test_a_broken_rule_is_noticed(rule: str, tmp_path: Path) -> None:
    sys.stdout.write(see_it_noticed(BREAKS[rule], tmp_path))


def test_every_line_that_is_broken_is_there_once() -> None:
    assert misplaced(BREAKS.values()) == []
