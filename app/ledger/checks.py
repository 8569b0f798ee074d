"""The checks of the books that are SQL: what each looks for, and its statement.

Each recomputes from the postings and compares; it is one read-only statement that gives a row for
every fault, and none when all is well. Names V1… are those of the project's audit list.
"""

from typing import Final

from app.ledger.checks_of_records import OF_RECORDS

WITH_LEG: Final = """
  WITH leg AS (
    SELECT bank_id, debit_account_id AS account_id, debit_seq AS seq, -minutes AS change,
           debit_balance_minutes AS balance, posted_at, deed_id
      FROM posting WHERE bank_id = :bank_id
    UNION ALL
    SELECT bank_id, credit_account_id, credit_seq, minutes,
           credit_balance_minutes, posted_at, deed_id
      FROM posting WHERE bank_id = :bank_id)
"""
"""Every posting twice: as each of its two accounts sees it."""
CHECKS: Final[dict[str, tuple[str, str]]] = {
    "V1": (
        "the balances of the bank do not sum to zero",
        """SELECT bank_id AS subject_id FROM account WHERE bank_id = :bank_id
            GROUP BY bank_id HAVING sum(balance_minutes) <> 0""",
    ),
    "V2": (
        "the account's postings are not numbered 1 to n without gap",
        """SELECT a.account_id AS subject_id
              FROM account a LEFT JOIN leg l USING (bank_id, account_id)
             WHERE a.bank_id = :bank_id GROUP BY a.account_id, a.seq
            HAVING count(l.seq) <> a.seq OR count(DISTINCT l.seq) <> a.seq
                OR coalesce(max(l.seq), 0) <> a.seq OR coalesce(min(l.seq), 1) <> 1""",
    ),
    "V3": (
        "a running balance does not follow from the one before",
        """SELECT DISTINCT account_id AS subject_id FROM (
              SELECT account_id, balance - change
                     - coalesce(lag(balance) OVER (PARTITION BY account_id ORDER BY seq), 0)
                     AS gap FROM leg l) g WHERE gap <> 0""",
    ),
    "V3b": (
        "the account's balance is not that of its last posting",
        """SELECT a.account_id AS subject_id
              FROM account a LEFT JOIN leg l USING (bank_id, account_id, seq)
             WHERE a.bank_id = :bank_id AND a.balance_minutes <> coalesce(l.balance, 0)""",
    ),
    "V4": (
        "the held minutes are not the sum of the open holds",
        """SELECT a.account_id AS subject_id FROM account a LEFT JOIN (
              SELECT side.account_id, sum(side.held) AS held, sum(side.held_in) AS held_in
                FROM hold h LEFT JOIN hold_end e USING (bank_id, hold_id)
               CROSS JOIN LATERAL (VALUES (h.account_id, h.minutes, 0),
                                          (h.for_account_id, 0, h.minutes))
                     AS side (account_id, held, held_in)
               WHERE h.bank_id = :bank_id AND e.hold_id IS NULL GROUP BY side.account_id
            ) o USING (account_id)
            WHERE a.bank_id = :bank_id AND (a.held_minutes, a.held_in_minutes)
               <> (coalesce(o.held, 0), coalesce(o.held_in, 0))""",
    ),
    "V5": (
        "the account is past a limit, or a limit in force does not follow from the policy",
        """SELECT account_id AS subject_id FROM account WHERE bank_id = :bank_id
              AND (floor_minutes
                <> least(policy_floor_minutes, balance_minutes - held_minutes)
               OR ceiling_minutes IS DISTINCT FROM
                  CASE WHEN policy_ceiling_minutes IS NOT NULL THEN
                  greatest(policy_ceiling_minutes, balance_minutes + held_in_minutes) END)""",
    ),
    "V8": (
        "time runs backwards on the account, or differs within a deed",
        """SELECT DISTINCT account_id AS subject_id FROM (
              SELECT account_id, l.posted_at, d.posted_at AS deed_at,
                     lag(l.posted_at) OVER (PARTITION BY account_id ORDER BY seq) AS earlier
                FROM leg l JOIN deed d USING (bank_id, deed_id)) t
             WHERE posted_at < earlier OR posted_at <> deed_at""",
    ),
    "V8b": (
        "the deed is said to have happened after it was posted",
        """SELECT deed_id AS subject_id FROM deed
            WHERE bank_id = :bank_id AND effective_at > posted_at""",
    ),
    "V9": (
        "a hold does not fit its end, or its end does not fit what was posted",
        """SELECT e.hold_id AS subject_id FROM hold_end e
             LEFT JOIN hold h ON h.bank_id = e.bank_id AND h.hold_id = e.hold_id
             LEFT JOIN deed o ON o.bank_id = h.bank_id AND o.deed_id = h.deed_id
             LEFT JOIN deed d ON d.bank_id = e.bank_id AND d.deed_id = e.deed_id
            WHERE e.bank_id = :bank_id AND (h.hold_id IS NULL
               OR d.subject_id IS DISTINCT FROM o.subject_id OR (e.outcome = 'settled'
                  AND NOT EXISTS (SELECT FROM posting p
                                   WHERE p.bank_id = e.bank_id AND p.deed_id = e.deed_id
                                     AND p.debit_account_id = h.account_id
                                     AND p.credit_account_id
                                       = coalesce(h.for_account_id, p.credit_account_id))))
            UNION ALL
           SELECT m.subject_id FROM hold h
             JOIN deed o ON o.bank_id = h.bank_id AND o.deed_id = h.deed_id
             JOIN deed m ON m.bank_id = o.bank_id AND m.subject_id = o.subject_id
             JOIN posting p ON p.bank_id = m.bank_id AND p.deed_id = m.deed_id
              AND p.debit_account_id = h.account_id
            WHERE h.bank_id = :bank_id AND m.kind <> 'correction' AND NOT EXISTS (
                  SELECT FROM hold_end e JOIN deed d ON d.bank_id = e.bank_id
                     AND d.deed_id = e.deed_id AND d.subject_id = o.subject_id
                   WHERE e.bank_id = o.bank_id AND e.outcome = 'settled')
            GROUP BY m.subject_id""",
    ),
    "V10": (
        "a reversal does not mirror its original, is no part of what was taken back, or is undone",
        """SELECT coalesce(p.posting_id, r.posting_id) AS subject_id
             FROM (SELECT * FROM posting WHERE bank_id = :bank_id
                      AND reverses_posting_id IS NOT NULL) p
             FULL JOIN (SELECT *, coalesce(lag(after_minutes) OVER parts, 0) AS earlier,
                               row_number() OVER parts AS place
                          FROM reversal WHERE bank_id = :bank_id
                        WINDOW parts AS (PARTITION BY original_id ORDER BY number)) r
               ON r.posting_id = p.posting_id
             LEFT JOIN posting o ON o.bank_id = p.bank_id AND o.posting_id = p.reverses_posting_id
            WHERE (r.original_id, r.minutes, r.original_minutes, r.before_minutes, r.number,
                   p.debit_account_id, p.credit_account_id)
                  IS DISTINCT FROM
                  (o.posting_id, p.minutes, o.minutes, r.earlier, r.place,
                   o.credit_account_id, o.debit_account_id)
               OR o.reverses_posting_id IS NOT NULL
               OR r.after_minutes NOT BETWEEN r.before_minutes + r.minutes AND o.minutes""",
    ),
    "V11": (
        "a kept answer names a deed that is not there, or that another kept answer names too",
        """SELECT k.deed_id AS subject_id FROM idempotency_key k
             LEFT JOIN deed d ON d.bank_id = k.bank_id AND d.deed_id = k.deed_id
            WHERE k.bank_id = :bank_id AND k.deed_id IS NOT NULL
            GROUP BY k.deed_id HAVING count(d.deed_id) <> 1""",
    ),
    "V12": (
        "a deed moved, held and changed nothing",
        """SELECT d.deed_id AS subject_id FROM deed d
            WHERE d.bank_id = :bank_id AND d.kind <> 'limits'
              AND NOT EXISTS (SELECT FROM posting p
                               WHERE p.bank_id = d.bank_id AND p.deed_id = d.deed_id)
              AND NOT EXISTS (SELECT FROM hold h
                               WHERE h.bank_id = d.bank_id AND h.deed_id = d.deed_id)
              AND NOT EXISTS (SELECT FROM hold_end e
                               WHERE e.bank_id = d.bank_id AND e.deed_id = d.deed_id)
              AND NOT EXISTS (SELECT FROM account_change c
                               WHERE c.bank_id = d.bank_id AND c.deed_id = d.deed_id)""",
    ),
    "V13": (
        "the clearing account does not mirror the partner's, less what is on its way",
        """, pair AS (
           SELECT c.account_id AS subject_id, o.bank_id, o.account_id
             FROM clearing c JOIN clearing o
               ON (o.bank_id = c.bank_id AND o.partner_bank_id = c.partner_bank_id)
               OR (o.bank_id = c.partner_bank_id AND o.partner_bank_id = c.bank_id)
            WHERE c.bank_id = :bank_id),
        moved AS (
           SELECT a.subject_id, d.subject_id AS about, sum(s.change) AS minutes
             FROM pair a CROSS JOIN LATERAL (
                  SELECT deed_id, minutes AS change FROM posting
                   WHERE bank_id = a.bank_id AND credit_account_id = a.account_id
                  UNION ALL SELECT deed_id, -minutes FROM posting
                   WHERE bank_id = a.bank_id AND debit_account_id = a.account_id) s
             JOIN deed d ON d.bank_id = a.bank_id AND d.deed_id = s.deed_id GROUP BY 1, 2),
        under_way AS (
           SELECT a.subject_id, d.subject_id AS about, sum(h.minutes) AS minutes
             FROM pair a JOIN hold h ON h.bank_id = a.bank_id AND h.account_id = a.account_id
             JOIN deed d ON d.bank_id = h.bank_id AND d.deed_id = h.deed_id
             LEFT JOIN hold_end e ON e.bank_id = h.bank_id AND e.hold_id = h.hold_id
            WHERE e.hold_id IS NULL GROUP BY 1, 2)
           SELECT DISTINCT subject_id FROM moved LEFT JOIN under_way USING (subject_id, about)
            WHERE moved.minutes NOT IN (0, coalesce(under_way.minutes, 0))""",
    ),
    **OF_RECORDS,
}
