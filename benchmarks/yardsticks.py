"""Yardsticks inside the database, driven by pgbench: what SQL alone can do on this machine.

*raw* is the same movement written by hand: both accounts locked in order and changed, one posting
with both balances, in one round trip; our columns, keys and checks, without deeds and chains.
*pgledger* is the published SQL ledger, when its file is given; it is not part of this project.
"""

import asyncio
from pathlib import Path
from typing import Final

from benchmarks.costs import read, spent
from benchmarks.measuring import Figures, Window, deadlocks
from benchmarks.pgbench import run
from benchmarks.place import Place

BANK: Final = "00000000-0000-4000-8000-000000000001"
_RAW: Final = f"""
    CREATE TABLE account (
        bank_id uuid, account_id uuid, kind text NOT NULL, balance_minutes bigint NOT NULL,
        held_minutes bigint NOT NULL, floor_minutes bigint NOT NULL,
        policy_floor_minutes bigint NOT NULL, seq bigint NOT NULL,
        posted_at timestamptz NOT NULL, created_at timestamptz NOT NULL,
        PRIMARY KEY (bank_id, account_id),
        CHECK (balance_minutes - held_minutes >= floor_minutes), CHECK (held_minutes >= 0),
        CHECK (floor_minutes <= 0), CHECK (seq >= 0)
    ) WITH (fillfactor = 60);
    CREATE TABLE posting (
        bank_id uuid, posting_id uuid, leg bigint NOT NULL, debit_account_id uuid NOT NULL,
        credit_account_id uuid NOT NULL, minutes bigint NOT NULL, debit_seq bigint NOT NULL,
        credit_seq bigint NOT NULL, debit_balance_minutes bigint NOT NULL,
        credit_balance_minutes bigint NOT NULL, posted_at timestamptz NOT NULL,
        PRIMARY KEY (bank_id, posting_id),
        FOREIGN KEY (bank_id, debit_account_id) REFERENCES account,
        FOREIGN KEY (bank_id, credit_account_id) REFERENCES account,
        UNIQUE (bank_id, debit_account_id, debit_seq),
        UNIQUE (bank_id, credit_account_id, credit_seq),
        CHECK (minutes > 0), CHECK (debit_account_id <> credit_account_id),
        CHECK (debit_seq > 0 AND credit_seq > 0)
    );
    CREATE FUNCTION move(debit uuid, credit uuid, moved bigint) RETURNS uuid
    LANGUAGE plpgsql AS $$
    DECLARE d account; c account; at timestamptz; id uuid := uuidv7();
    BEGIN
        PERFORM FROM account WHERE bank_id = '{BANK}' AND account_id IN (debit, credit)
          ORDER BY account_id FOR NO KEY UPDATE;
        at := clock_timestamp();
        UPDATE account SET balance_minutes = balance_minutes - moved, seq = seq + 1, posted_at = at
         WHERE bank_id = '{BANK}' AND account_id = debit RETURNING * INTO d;
        UPDATE account SET balance_minutes = balance_minutes + moved, seq = seq + 1, posted_at = at
         WHERE bank_id = '{BANK}' AND account_id = credit RETURNING * INTO c;
        INSERT INTO posting VALUES ('{BANK}', id, 1, debit, credit, moved, d.seq, c.seq,
                                    d.balance_minutes, c.balance_minutes, at);
        RETURN id;
    END $$;
"""
_RAW_ACCOUNTS: Final = """
    INSERT INTO account SELECT '{bank}', md5(n::text)::uuid, 'member', 1000000000, 0, -720, -720,
           0, now(), now() FROM generate_series(1, {accounts}) n
"""
_PEER_ACCOUNTS: Final = """
    INSERT INTO pgledger_accounts
           (id, name, currency, allow_negative_balance, allow_positive_balance,
            created_at, updated_at)
    SELECT {id}, 'account', 'MIN', true, true, now(), now()
      FROM generate_series(1, {accounts}) n
"""
_TWO: Final = """
\\set a random(2, {accounts})
\\set b (:a - 2 + random(1, {accounts} - 2)) % ({accounts} - 1) + 2
"""
"""Two different accounts; the first of all is kept for being hot."""
_HOT: Final = """
\\set a random(2, {accounts})
\\set b 1
"""
_MOVE: Final = "SELECT move(md5(:a::text)::uuid, md5(:b::text)::uuid, 1);\n"
_TRANSFER: Final = "SELECT * FROM pgledger_create_transfer({a}, {b}, 1);\n"
_SUMS: Final = {
    "raw": """SELECT (SELECT sum(minutes) FROM posting) = (SELECT sum(seq) FROM account) / 2
                 AND (SELECT sum(balance_minutes - 1000000000) FROM account) = 0""",
    "pgledger": """SELECT (SELECT sum(balance) FROM pgledger_accounts) = 0
                      AND (SELECT sum(amount) FROM pgledger_entries) = 0""",
}


def _peer_id(number: str) -> str:
    # As long as the ids that it makes itself, and as random.
    return f"'pgla_' || upper(substr(md5({number}::text), 1, 26))"


async def build(place: Place, accounts: int, peer: list[Path]) -> list[str]:
    """Make the yardsticks' templates; gives their names."""
    await place.create("bench_raw_template")
    await place.run(_RAW, "bench_raw_template")
    filled = _RAW_ACCOUNTS.format(bank=BANK, accounts=accounts)
    await place.run(filled, "bench_raw_template")
    await place.tidy("bench_raw_template")
    if not peer:
        return ["raw"]
    await place.create("bench_pgledger_template")
    for path in peer:
        await place.run(path.read_text(), "bench_pgledger_template")
    filled = _PEER_ACCOUNTS.format(id=_peer_id("n"), accounts=accounts)
    await place.run(filled, "bench_pgledger_template")
    await place.tidy("bench_pgledger_template")
    return ["raw", "pgledger"]


async def measure(
    place: Place, yardstick: str, accounts: int, *, is_hot: bool, clients: int, window: Window
) -> Figures:
    """One cell in a fresh copy.

    Raises:
        RuntimeError: when the yardstick failed, or its sums are not right afterwards.
    """
    database = f"bench_{yardstick}"
    await place.create(database, f"{database}_template")
    begin = (_HOT if is_hot else _TWO).format(accounts=accounts)
    transfer = _TRANSFER.format(a=_peer_id(":a"), b=_peer_id(":b"))
    script = begin + (_MOVE if yardstick == "raw" else transfer)
    before = await read(place, database, checkpoint=True)
    tally = await asyncio.to_thread(run, place, database, script, clients, window)
    figures = tally.figures() | await spent(place, before, tally.accepted_in_all)
    figures["deadlocks"] = await deadlocks(place, database)
    if not await place.value(_SUMS[yardstick], database=database):
        raise RuntimeError(f"the sums of {yardstick} are not right")
    await place.drop(database)
    return figures
