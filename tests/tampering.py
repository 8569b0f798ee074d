"""Ways to tamper with the books in SQL, and the check of the proof that must find each."""

from tests.tampering_with_deeds import WITH_DEEDS
from tests.tampering_with_owners import WITH_OWNERS

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
    "a number is given twice": (
        "V2",
        "UPDATE posting SET credit_seq = 1 WHERE posting_id = :second",
    ),
    "a posting is made up, with numbers that are taken": (
        "V2",
        """INSERT INTO posting
           SELECT (jsonb_populate_record(p, jsonb_build_object(
                      'posting_id', gen_random_uuid(), 'debit_account_id', credit_account_id,
                      'credit_account_id', debit_account_id))).*
             FROM posting p WHERE posting_id = :first""",
    ),
    "a first number is nought": (
        "V2",
        """ALTER TABLE posting DROP CONSTRAINT ck_posting_seq;
           UPDATE posting SET credit_seq = 0 WHERE posting_id = :first""",
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
    "a ceiling is taken away for a friend": (
        "V5",
        """ALTER TABLE account DROP CONSTRAINT ck_account_ceiling_not_under_policy;
           UPDATE account SET ceiling_minutes = NULL WHERE account_id = :dana""",
    ),
    "an account is over its ceiling": (
        "V5",
        """ALTER TABLE account DROP CONSTRAINT ck_account_ceiling;
           UPDATE account SET ceiling_minutes = 1, policy_ceiling_minutes = 1
            WHERE account_id = :ana""",
    ),
    "a policy is changed for a friend, with the limit in force": (
        "V14",
        """UPDATE account SET policy_floor_minutes = -6000,
                  floor_minutes = least(-6000, balance_minutes - held_minutes)
            WHERE account_id = :ana""",
    ),
    "a policy of one's own is changed": (
        "V14",
        """UPDATE account SET policy_floor_minutes = -6000, floor_minutes = -6000
            WHERE account_id = :dana""",
    ),
    "a ceiling of one's own is changed": (
        "V14",
        """UPDATE account SET policy_ceiling_minutes = 6000, ceiling_minutes = 6000
            WHERE account_id = :dana""",
    ),
    "a ceiling is put over a neighbour": (
        "V14",
        """UPDATE account SET policy_ceiling_minutes = 10,
                  ceiling_minutes = greatest(10, balance_minutes + held_in_minutes)
            WHERE account_id = :ana""",
    ),
    "limits of one's own are said to be the bank's": (
        "V14",
        "UPDATE account SET has_own_limits = false WHERE account_id = :dana",
    ),
    "the issuing account may issue no more": (
        "V14",
        """UPDATE account SET policy_floor_minutes = -15, floor_minutes = -15
            WHERE kind = 'issuing'""",
    ),
    "the fund is said to be for a partner bank, whose limits stand elsewhere": (
        "V14",
        """UPDATE account SET kind = 'clearing', policy_floor_minutes = -6000,
                  floor_minutes = -6000 WHERE account_id = :fund""",
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
    **WITH_DEEDS,
    **WITH_OWNERS,
}


SEEN_BY_NOTHING_ELSE = {"V9", "V11", "V14", "V15", "V16", "V17"}
"""What these find leaves every balance, number, chain and held minute as it should be."""
