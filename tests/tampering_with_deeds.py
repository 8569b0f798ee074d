"""Ways to tamper with holds, deeds and reversals in SQL, and the check that must find each."""

WITH_DEEDS: dict[str, tuple[str, str]] = {
    "a deed loses all that it did": ("V12", "DELETE FROM posting WHERE posting_id = :last"),
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
        """UPDATE hold_end e SET deed_id = p.deed_id, ended_at = p.posted_at FROM posting p
            WHERE p.posting_id = :first AND e.deed_id = (
                  SELECT deed_id FROM posting WHERE posting_id = :second)""",
    ),
    "two holds of one account change their ends": (
        "V9",
        """UPDATE hold_end e SET deed_id = o.deed_id, ended_at = o.ended_at FROM hold_end o
            WHERE e.deed_id <> o.deed_id AND (
                  SELECT count(DISTINCT deed_id) FROM posting
                   WHERE posting_id IN (:first, :alike)
                     AND deed_id IN (e.deed_id, o.deed_id)) = 2""",
    ),
    "a hold that settled is said to have been for somebody else": (
        "V9",
        """UPDATE hold SET for_account_id = :fund WHERE hold_id = (
                  SELECT hold_id FROM hold_end JOIN posting USING (deed_id)
                   WHERE posting_id = :first)""",
    ),
    "only the end of a hold is left": (
        "V9",
        """WITH gone AS (DELETE FROM hold WHERE hold_id IN (
                  SELECT hold_id FROM hold_end WHERE outcome = 'released') RETURNING deed_id)
           DELETE FROM deed WHERE kind = 'released' OR deed_id IN (SELECT deed_id FROM gone)""",
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
    "a part begins before the beginning": (
        "V10",
        """ALTER TABLE reversal DROP CONSTRAINT ck_reversal_follows;
           ALTER TABLE reversal DROP CONSTRAINT ck_reversal_within_original;
           UPDATE reversal SET before_minutes = -5""",
    ),
    "a part ends before it is whole": (
        "V10",
        """ALTER TABLE reversal DROP CONSTRAINT ck_reversal_within_original;
           UPDATE reversal SET after_minutes = 60""",
    ),
    "more is said to have been there to take back": (
        "V10",
        "UPDATE reversal SET original_minutes = 95",
    ),
    "a reversal is paid by somebody else": (
        "V10",
        "UPDATE posting SET debit_account_id = :fund WHERE reverses_posting_id IS NOT NULL",
    ),
    "a part is of another posting": ("V10", "UPDATE reversal SET original_id = :first"),
    "a reversal is taken back, with all that a part needs": (
        "V10",
        """WITH again AS (
             INSERT INTO posting
             SELECT (jsonb_populate_record(p, jsonb_build_object(
                        'posting_id', gen_random_uuid(), 'reverses_posting_id', posting_id,
                        'debit_account_id', credit_account_id, 'debit_seq', 1000,
                        'credit_account_id', debit_account_id, 'credit_seq', 1000))).*
               FROM posting p WHERE reverses_posting_id IS NOT NULL RETURNING *)
           INSERT INTO reversal (bank_id, original_id, number, posting_id, minutes,
                                 before_minutes, after_minutes, original_minutes)
           SELECT bank_id, reverses_posting_id, 1, posting_id, minutes, 0, minutes, minutes
             FROM again""",
    ),
    "a reversal takes back more than there was": (
        "V10",
        "UPDATE posting SET minutes = minutes + 1 WHERE reverses_posting_id IS NOT NULL",
    ),
    "a reversal pays somebody else": (
        "V10",
        "UPDATE posting SET credit_account_id = :fund WHERE reverses_posting_id IS NOT NULL",
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
    "a hold is dated back": ("V16", "UPDATE hold SET posted_at = posted_at - interval '1 day'"),
    "the end of a hold is dated on": (
        "V16",
        "UPDATE hold_end SET ended_at = ended_at + interval '1 us' WHERE outcome = 'released'",
    ),
    "new limits are dated back": (
        "V16",
        """UPDATE account_change SET changed_at = changed_at - interval '1 day'
            WHERE number = 1 AND kind = 'limits'""",
    ),
    "new limits are of no deed": (
        "V16",
        "UPDATE account_change SET deed_id = gen_random_uuid() WHERE kind = 'limits'",
    ),
    "what comes next is dated on": (
        "V16",
        "UPDATE account SET posted_at = posted_at + interval '1 year' WHERE account_id = :ana",
    ),
    "an account is younger than what happened on it": (
        "V16",
        "UPDATE account SET created_at = posted_at WHERE account_id = :ana",
    ),
    "a deed is made up": (
        "V12",
        """INSERT INTO deed (bank_id, deed_id, kind, reference, posted_at, effective_at,
                             passed_limits)
           SELECT bank_id, gen_random_uuid(), 'gift', 'made up', now(), now(), false FROM bank""",
    ),
}
