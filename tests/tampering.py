"""Ways to tamper with the books in SQL, and the check of the proof that must find each."""

TAMPERINGS: dict[str, tuple[str, str]] = {
    "a balance is raised": (
        "V1",
        "UPDATE account SET balance_minutes = balance_minutes + 60 WHERE account_id = :ana",
    ),
    "a balance is moved to a friend": (
        "V3b",
        """UPDATE account SET balance_minutes = balance_minutes
              + CASE account_id WHEN CAST(:ana AS uuid) THEN 5 ELSE -5 END
            WHERE account_id IN (:ana, :bor)""",
    ),
    "the first posting is deleted": ("V2", "DELETE FROM posting WHERE posting_id = :first"),
    "the last posting is deleted": ("V2", "DELETE FROM posting WHERE posting_id = :last"),
    "a posting is deleted and its numbers are closed up": (
        "V3b",
        """WITH gone AS (DELETE FROM posting WHERE posting_id = :last RETURNING *)
           UPDATE account SET seq = seq - 1
            WHERE account_id IN (SELECT debit_account_id FROM gone
                                 UNION SELECT credit_account_id FROM gone)""",
    ),
    "a deed loses all that it did": ("V12", "DELETE FROM posting WHERE posting_id = :last"),
    "minutes are changed": (
        "V3",
        "UPDATE posting SET minutes = minutes + 1 WHERE posting_id = :first",
    ),
    "the last minutes are changed with their balances": (
        "V3b",
        """UPDATE posting SET minutes = minutes + 1,
                  debit_balance_minutes = debit_balance_minutes - 1,
                  credit_balance_minutes = credit_balance_minutes + 1
            WHERE posting_id = :last""",
    ),
    "a posting is diverted to somebody else": (
        "V2",
        "UPDATE posting SET credit_account_id = :fund WHERE posting_id = :last",
    ),
    "a posting is turned round": (
        "V3",
        """UPDATE posting SET debit_account_id = credit_account_id,
                  credit_account_id = debit_account_id WHERE posting_id = :last""",
    ),
    "two postings change places": (
        "V8",
        """UPDATE posting p SET debit_seq = o.debit_seq, credit_seq = o.credit_seq,
                  debit_balance_minutes = o.debit_balance_minutes,
                  credit_balance_minutes = o.credit_balance_minutes
             FROM posting o
            WHERE (p.posting_id, o.posting_id) IN ((:first, :second), (:second, :first))""",
    ),
    "a number is left out": (
        "V2",
        """UPDATE posting SET credit_seq = credit_seq + 5 WHERE posting_id = :last""",
    ),
    "held minutes are forged": (
        "V4",
        "UPDATE account SET held_minutes = held_minutes - 1 WHERE account_id = :bor",
    ),
    "a hold's end is deleted": ("V4", "DELETE FROM hold_end WHERE outcome = 'released'"),
    "an open hold is ended by hand": (
        "V4",
        """INSERT INTO hold_end (bank_id, hold_id, deed_id, outcome, ended_at)
           SELECT bank_id, hold_id, deed_id, 'released', posted_at FROM hold
            WHERE hold_id NOT IN (SELECT hold_id FROM hold_end)""",
    ),
    "an open hold is made smaller": (
        "V4",
        """UPDATE hold SET minutes = minutes - 1
            WHERE hold_id NOT IN (SELECT hold_id FROM hold_end)""",
    ),
    "an open hold is deleted": (
        "V4",
        "DELETE FROM hold WHERE hold_id NOT IN (SELECT hold_id FROM hold_end)",
    ),
    "a hold and its end are deleted": (
        "V12",
        """WITH gone AS (DELETE FROM hold_end WHERE outcome = 'released' RETURNING hold_id)
           DELETE FROM hold WHERE hold_id IN (SELECT hold_id FROM gone)""",
    ),
    "an account is under its floor": (
        "V5",
        """ALTER TABLE account DROP CONSTRAINT ck_account_floor;
           UPDATE account SET floor_minutes = 0 WHERE account_id = :bor""",
    ),
    "a floor is lowered for a friend": (
        "V5",
        "UPDATE account SET floor_minutes = floor_minutes - 600 WHERE account_id = :ana",
    ),
    "a floor is over the policy": (
        "V5",
        "UPDATE account SET policy_floor_minutes = -6000 WHERE account_id = :ana",
    ),
    "a posting is dated back": (
        "V8",
        "UPDATE posting SET posted_at = posted_at - interval '1 day' WHERE posting_id = :last",
    ),
    "a deed is dated on": (
        "V8",
        """UPDATE deed SET posted_at = posted_at + interval '1 day'
            WHERE deed_id = (SELECT deed_id FROM posting WHERE posting_id = :first)""",
    ),
    "a deed is said to have happened after it was posted": (
        "V8b",
        """ALTER TABLE deed DROP CONSTRAINT ck_deed_effective;
           UPDATE deed SET effective_at = posted_at + interval '1 day' WHERE kind = 'hold'""",
    ),
    "a hold that settled is said to have been released": (
        "V9",
        "UPDATE hold_end SET outcome = 'released' WHERE outcome = 'settled'",
    ),
    "a released hold is said to have settled": (
        "V9",
        "UPDATE hold_end SET outcome = 'settled' WHERE outcome = 'released'",
    ),
    "a hold is ended by the deed of another exchange": (
        "V9",
        """UPDATE hold_end SET deed_id = (SELECT deed_id FROM posting WHERE posting_id = :first)
            WHERE deed_id = (SELECT deed_id FROM posting WHERE posting_id = :second)""",
    ),
    "a hold and what opened it are deleted, not its end": (
        "V9",
        """WITH gone AS (DELETE FROM hold WHERE hold_id IN (
                  SELECT hold_id FROM hold_end WHERE outcome = 'settled') RETURNING deed_id)
           DELETE FROM deed WHERE deed_id IN (SELECT deed_id FROM gone)""",
    ),
    "hours of a hold are moved and the hold stays open": (
        "V9",
        """WITH again AS (DELETE FROM hold_end WHERE outcome = 'settled' RETURNING hold_id)
           UPDATE account a SET held_minutes = held_minutes + h.held,
                  held_in_minutes = held_in_minutes + h.held_in,
                  floor_minutes = least(policy_floor_minutes,
                                        balance_minutes - held_minutes - h.held)
             FROM (SELECT side.account_id, sum(side.held) AS held, sum(side.held_in) AS held_in
                     FROM hold JOIN again USING (hold_id)
                    CROSS JOIN LATERAL (VALUES (hold.account_id, minutes, 0),
                                               (hold.for_account_id, 0, minutes))
                          AS side (account_id, held, held_in)
                    GROUP BY side.account_id) h WHERE a.account_id = h.account_id""",
    ),
    "the deed of a kept answer is another": (
        "V11",
        "UPDATE idempotency_key SET deed_id = gen_random_uuid() WHERE deed_id IS NOT NULL",
    ),
    "two kept answers tell of one deed": (
        "V11",
        """INSERT INTO idempotency_key
           SELECT bank_id, login_id, 'another', request_hash, status, answer, created_at, deed_id
             FROM idempotency_key WHERE deed_id IS NOT NULL""",
    ),
    "a closed account is opened without a word": (
        "V14",
        "UPDATE account SET closed_at = NULL, closed_seq = NULL WHERE closed_at IS NOT NULL",
    ),
    "an account is closed on the record only": (
        "V14",
        """INSERT INTO account_change (bank_id, account_id, number, deed_id, kind, changed_at)
           SELECT bank_id, debit_account_id, 1, deed_id, 'closed', posted_at FROM posting
            WHERE posting_id = :last""",
    ),
    "a ceiling is raised for a friend": (
        "V5",
        """UPDATE account SET ceiling_minutes = 900, policy_ceiling_minutes = 800
            WHERE account_id = :fund""",
    ),
    "an account is over its ceiling": (
        "V5",
        """ALTER TABLE account DROP CONSTRAINT ck_account_ceiling;
           UPDATE account SET ceiling_minutes = 1, policy_ceiling_minutes = 1
            WHERE account_id = :ana""",
    ),
    "minutes held for somebody are forged": (
        "V4",
        "UPDATE account SET held_in_minutes = held_in_minutes + 1 WHERE account_id = :ana",
    ),
    "a part that was taken back is forgotten": ("V10", "DELETE FROM reversal"),
    "a part was taken back that never was": (
        "V10",
        "UPDATE posting SET reverses_posting_id = NULL WHERE reverses_posting_id IS NOT NULL",
    ),
    "a part is renumbered": ("V10", "UPDATE reversal SET number = 2, previous_number = 1"),
    "a part begins where none ended": (
        "V10",
        """ALTER TABLE reversal DROP CONSTRAINT ck_reversal_follows;
           UPDATE reversal SET before_minutes = 5, after_minutes = 95, original_minutes = 95""",
    ),
    "a part is of another posting": ("V10", "UPDATE reversal SET original_id = :first"),
    "a reversal takes back more than there was": (
        "V10",
        "UPDATE posting SET minutes = minutes + 1 WHERE reverses_posting_id IS NOT NULL",
    ),
    "a reversal pays somebody else": (
        "V10",
        "UPDATE posting SET credit_account_id = :fund WHERE reverses_posting_id IS NOT NULL",
    ),
    "a policy is changed for a friend, with the limit in force": (
        "V14",
        """UPDATE account SET policy_floor_minutes = -6000,
                  floor_minutes = least(-6000, balance_minutes - held_minutes)
            WHERE account_id = :ana""",
    ),
    "limits of one's own are on no record": (
        "V14",
        "UPDATE account SET has_own_limits = true WHERE account_id = :bor",
    ),
    "the fund may go below zero": (
        "V14",
        """UPDATE account SET policy_floor_minutes = -60, floor_minutes = -60
            WHERE account_id = :fund""",
    ),
    "what a hold is about is another kind of deed": (
        "V15",
        "UPDATE deed SET kind = 'gift' WHERE kind = 'released'",
    ),
    "an exchange may be settled once more": (
        "V15",
        "UPDATE deed SET reference = 'again ' || deed_id WHERE kind = 'settlement'",
    ),
    "a part can be taken back once more": (
        "V15",
        "UPDATE deed SET reference = reference || '1' WHERE kind = 'correction'",
    ),
    "a closing is called after another account": (
        "V15",
        "UPDATE deed SET reference = 'account:' || deed_id WHERE kind = 'closing'",
    ),
    "a gift is said to have passed a limit, as only a moderator may": (
        "V15",
        "UPDATE deed SET passed_limits = true WHERE kind = 'donation'",
    ),
    "hours that were released are said to have expired": (
        "V15",
        "UPDATE hold_end SET outcome = 'expired' WHERE outcome = 'released'",
    ),
    "a deed is made up": (
        "V12",
        """INSERT INTO deed (bank_id, deed_id, kind, reference, posted_at, effective_at,
                             passed_limits)
           SELECT bank_id, gen_random_uuid(), 'gift', 'made up', now(), now(), false FROM bank""",
    ),
}


SEEN_BY_NOTHING_ELSE = {"V9", "V11", "V14", "V15"}
"""What these find leaves every balance, number, chain and held minute as it should be."""
