"""Each rule of the books is broken once, in a copy of the program, and a test must fail.

A test that cannot fail proves nothing. Each case is one line of the program, what it becomes, and
a test that notices.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.source import ROOT

SECONDS_MAX = 300
TESTS_FAILED = 1
PYTEST = (sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", "-m", "not deep")
NO_SHRINKING = """
from hypothesis import Phase, settings
settings.register_profile("found is enough", phases=[Phase.explicit, Phase.generate])
settings.load_profile("found is enough")
"""
COPIED = ("app", "migrations", "tests")
FILES = ("alembic.ini", "pyproject.toml")
MACHINE = "tests/property/test_ledger_machine.py"
LIFE = "tests/property/test_exchange_machine.py"
HISTORIES = "tests/property/test_histories.py"
PEERS = "tests/api/test_peer_defects.py"
LANES = "tests/e2e/test_lane.py"


class Break(NamedTuple):
    """A line of the program, what it becomes, and who notices."""

    module: str
    line: str
    becomes: str
    noticed_by: str


BREAKS = {
    "the program does not look at the floor": Break(
        "ledger/deciding.py",
        "if state.room < 0 and state.room < was.room:",
        "if state is None:",
        MACHINE,
    ),
    "held minutes may be spent": Break(
        "ledger/rules.py",
        "return self.available - self.floor",
        "return self.balance - self.floor",
        f"{PEERS}::test_blnk_holds_exceed_the_balance",
    ),
    "accounts are locked in no order": Break(
        "ledger/queries.py",
        ".order_by(Account.bank_id, Account.account_id)",
        ".order_by(func.random())",
        f"{PEERS}::test_formance_opposite_pairs",
    ),
    "accounts are not locked": Break(
        "ledger/queries.py", ".with_for_update(key_share=True, of=Account)", "", HISTORIES
    ),
    "the clock is read before the locks": Break(
        "ledger/operations.py",
        "states = await queries.lock_accounts(session, keys)",
        "clock = (lambda at: lambda: at)(clock())\n"
        "    states = await queries.lock_accounts(session, keys)",
        HISTORIES,
    ),
    "time may run backwards": Break(
        "ledger/deciding.py",
        "posted_at = max([now, *(state.posted_at for state in draft.states.values())])",
        "posted_at = now",
        MACHINE,
    ),
    "a hold that has ended is ended again": Break(
        "ledger/rules.py",
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
        "tests/api/test_account_closing.py",
    ),
    "a hold can be ended twice in one batch": Break(
        "ledger/operations.py", "del holds[one.ends.hold_id]", "pass", MACHINE
    ),
    "a chain has one side of a posting only": Break(
        "ledger/chaining.py",
        "for leg in _legs(row):",
        "for leg in _legs(row)[:1]:",
        MACHINE,
    ),
    "answers are not kept for their keys": Break(
        "kit/idempotency.py", "await work.session.execute(_KEEP, arrays(good))", "pass", LIFE
    ),
    "another request may use the key": Break(
        "kit/idempotency.py", "if known_hash != use.request_hash:", "if False:", LIFE
    ),
    "what was taken longer than held is never asked for": Break(
        "exchanges/settling.py",
        "delivered = exchange.delivered_minutes or exchange.minutes",
        "delivered = exchange.minutes",
        LIFE,
    ),
    "a batch mixes banks": Break(
        "kit/lane.py",
        "goes = one.place == place and met.isdisjoint(one.subjects)",
        "goes = met.isdisjoint(one.subjects)",
        "tests/unit/kit/test_lanes.py",
    ),
    "a lost connection is a fault": Break(
        "kit/db.py",
        "lost = error.connection_invalidated or",
        "lost = False and",
        "tests/e2e/test_lost_connections.py",
    ),
    "a serialization failure is a fault": Break(
        "kit/db.py",
        "if lost or state in _TRY_AGAIN | _AWAY:",
        "if lost or state in _AWAY:",
        "tests/api/test_peer_defects_http.py",
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
    module, line, becomes, noticed_by = BREAKS[rule]
    copy = _copied(tmp_path)
    broken = copy / "app" / module
    text = broken.read_text()
    assert text.count(line) == 1, "the rule is written otherwise now: follow it"
    broken.write_text(text.replace(line, becomes))
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-x",
            "-p",
            "no:cacheprovider",
            "-m",
            "not deep",
            noticed_by,
        ],
        cwd=copy,
        env={name: value for name, value in os.environ.items() if "TIMEBANK" not in name},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS_MAX,
    )
    assert done.returncode == TESTS_FAILED, done.stdout
    sys.stdout.write(_first_failure(done.stdout))


def _copied(tmp_path: Path) -> Path:
    copy = tmp_path / "copy"
    for name in COPIED:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, copy / name)
    (copy / "conftest.py").write_text(NO_SHRINKING)
    return copy


def _first_failure(output: str) -> str:
    return next(line for line in output.splitlines() if line.startswith(("FAILED", "ERROR")))
