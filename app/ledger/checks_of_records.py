"""The checks that compare the books with what is written beside them (see `checks`).

Limits and closings, what deeds are called, when things happened, whose accounts are.
"""

from typing import Final

OF_RECORDS: Final[dict[str, tuple[str, str]]] = {
    "V14": (
        "the account is not as the last change on its record says, or as the bank's rules say",
        """SELECT a.account_id AS subject_id
             FROM account a JOIN bank b USING (bank_id)
             LEFT JOIN clearing k USING (bank_id, account_id) LEFT JOIN (
                   SELECT account_id, count(*) <> max(number) AS gap,
                          max(changed_at) FILTER (WHERE kind = 'closed') AS closed_at,
                          (array_agg(policy_floor_minutes ORDER BY number DESC)
                           FILTER (WHERE kind = 'limits'))[1] AS floor,
                          (array_agg(policy_ceiling_minutes ORDER BY number DESC)
                           FILTER (WHERE kind = 'limits'))[1] AS ceiling
                     FROM account_change WHERE bank_id = :bank_id GROUP BY account_id
                   ) c USING (account_id)
            WHERE a.bank_id = :bank_id AND (coalesce(c.gap, false)
               OR a.closed_at IS DISTINCT FROM c.closed_at
               OR a.policy_floor_minutes <> c.floor
               OR (c.floor IS NOT NULL
                   AND a.policy_ceiling_minutes IS DISTINCT FROM c.ceiling)
               OR (a.has_own_limits AND c.floor IS NULL)
               OR (a.kind = 'clearing') <> (k.account_id IS NOT NULL)
               OR (a.kind <> 'clearing' AND a.closed_at IS NULL AND NOT a.has_own_limits
                   AND (a.policy_floor_minutes, a.policy_ceiling_minutes) IS DISTINCT FROM
                       (CASE a.kind WHEN 'member' THEN b.floor_minutes WHEN 'fund' THEN 0
                                    ELSE -(CAST(1 AS bigint) << 60) END,
                        CASE a.kind WHEN 'member' THEN b.ceiling_minutes END)))""",
    ),
    "V15": (
        "the deed, or the end of its hold, is not called after what it did",
        """SELECT d.deed_id AS subject_id
             FROM deed d LEFT JOIN hold_end e USING (bank_id, deed_id)
             LEFT JOIN account_change c ON c.bank_id = d.bank_id AND c.deed_id = d.deed_id
              AND c.kind <> 'limits'
             LEFT JOIN (SELECT p.deed_id, r.original_id, r.number FROM reversal r
                          JOIN posting p USING (bank_id, posting_id)
                         WHERE r.bank_id = :bank_id) r ON r.deed_id = d.deed_id
            WHERE d.bank_id = :bank_id AND (d.reference IS DISTINCT FROM CASE
                  WHEN d.kind IN ('hold', 'settlement', 'released', 'expired')
                  THEN format('exchange:%s:%s', d.subject_id, d.kind)
                  WHEN d.kind = 'transfer' THEN format('transfer:%s', d.subject_id)
                  WHEN d.kind = 'transfer_in' THEN format('transfer:%s:%s', d.subject_id, 'in')
                  WHEN d.kind IN ('transfer_delivered', 'transfer_returned')
                  THEN format('transfer:%s:%s', d.subject_id, 'end')
                  WHEN d.kind IN ('reversal', 'correction') AND r.number IS NULL
                  THEN format('exchange:%s:%s', d.subject_id, 'appeal')
                  WHEN d.kind IN ('reversal', 'correction')
                  THEN format('posting:%s:%s:%s', r.original_id, 'reversal', r.number)
                  WHEN d.kind IN ('closing', 'closing_cover')
                  THEN format('account:%s:%s', c.account_id, c.number)
                  WHEN d.reference !~ '^(exchange|transfer|posting|account)\\W'
                  THEN d.reference END
               OR (d.passed_limits AND d.kind IN ('hold', 'donation', 'grant', 'opening',
                                                  'group_session', 'transfer', 'transfer_in'))
               OR (e.outcome = 'expired') <> (d.kind = 'expired'))""",
    ),
    "V16": (
        "the time is not that of the deed, or of what last happened on the account",
        """, happened AS (
           SELECT hold_id AS subject_id, deed_id, posted_at AS at, account_id, for_account_id
             FROM hold WHERE bank_id = :bank_id UNION ALL
           SELECT hold_id, e.deed_id, e.ended_at, account_id, for_account_id
             FROM hold_end e JOIN hold USING (bank_id, hold_id) WHERE bank_id = :bank_id
            UNION ALL
           SELECT account_id, deed_id, changed_at, NULL, NULL
             FROM account_change WHERE bank_id = :bank_id)
           SELECT h.subject_id FROM happened h
             LEFT JOIN deed d ON d.bank_id = :bank_id AND d.deed_id = h.deed_id
            WHERE d.posted_at IS DISTINCT FROM h.at UNION ALL
           SELECT a.account_id FROM account a LEFT JOIN (
                  SELECT account_id, posted_at AS at FROM leg UNION ALL
                  SELECT account_id, at FROM happened UNION ALL
                  SELECT for_account_id, at FROM happened) m USING (account_id)
            WHERE a.bank_id = :bank_id GROUP BY a.account_id, a.posted_at, a.created_at
           HAVING a.posted_at <> coalesce(max(m.at), a.created_at)
               OR a.created_at > min(m.at)""",
    ),
    "V17": (
        "whose the account is differs from what was written when it was opened, or sealed",
        """SELECT account_id AS subject_id
             FROM (SELECT account_id, kind FROM account WHERE bank_id = :bank_id) a
             FULL JOIN (SELECT account_id, member_id FROM account_owner
                         WHERE bank_id = :bank_id) o USING (account_id)
             FULL JOIN (SELECT account_id, member_id FROM member
                         WHERE bank_id = :bank_id AND account_id IS NOT NULL) m USING (account_id)
            WHERE o.member_id IS DISTINCT FROM m.member_id
               OR (o.member_id IS NULL) IS DISTINCT FROM (a.kind <> 'member')
            UNION
           SELECT s.account_id
             FROM sealed_head s LEFT JOIN account_owner o USING (bank_id, account_id)
            WHERE s.bank_id = :bank_id AND s.owner_id IS NOT NULL
              AND s.owner_id IS DISTINCT FROM o.member_id""",
    ),
}
