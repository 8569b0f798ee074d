"""Ways to tamper with chains and seals in SQL, and the check by hashing that must find each."""

NEWEST = "(SELECT posting_id FROM posting ORDER BY posting_id DESC LIMIT 1)"
OLDEST = "(SELECT posting_id FROM posting ORDER BY posting_id LIMIT 1)"
_ACCOUNT = "(SELECT account_id FROM account WHERE kind = '{}' ORDER BY account_id {} LIMIT 1)"
_ONE, _TWO = _ACCOUNT.format("member", ""), _ACCOUNT.format("member", "DESC")
_FUND = _ACCOUNT.format("fund", "")
_SWAPPED = ";".join(
    f"UPDATE {table} SET account_id = {after} WHERE account_id = {before}"
    for table in ("member", "account_owner")
    for before, after in ((_ONE, _FUND), (_TWO, _ONE), (_FUND, _TWO))
)
TAMPERINGS: dict[str, tuple[str, str]] = {
    "the time of a posting is altered": (
        "V6",
        f"UPDATE posting SET posted_at = posted_at + interval '1 us' WHERE posting_id = {OLDEST}",
    ),
    "when a service was given is altered": (
        "V6",
        """UPDATE deed SET effective_at = effective_at - interval '1 us'
            WHERE kind = 'settlement'""",
    ),
    "the exchange of a posting is altered": (
        "V6",
        "UPDATE deed SET subject_id = gen_random_uuid() WHERE kind = 'settlement'",
    ),
    "two postings are swapped": (
        "V6",
        """UPDATE posting SET minutes = CASE minutes WHEN 30 THEN 15 ELSE 30 END
             WHERE minutes IN (15, 30)""",
    ),
    "the head of an account is altered": (
        "V6",
        "UPDATE account SET head = sha256('forged') WHERE kind = 'member'",
    ),
    "an account to which nothing happened yet is deleted": (
        "V6",
        "DELETE FROM account WHERE kind = 'fund'",
    ),
    "a sealed head is altered": (
        "V6",
        "UPDATE sealed_head SET head = sha256('forged') WHERE seal_no = 1 AND seq > 0",
    ),
    "the newest sealed head is altered": (
        "V7",
        "UPDATE sealed_head SET head = sha256('forged') WHERE seal_no = 2",
    ),
    "a sealed head is deleted": (
        "V7",
        "DELETE FROM sealed_head WHERE seq > 0",
    ),
    "the only trace of an older seal is deleted": (
        "V7",
        "DELETE FROM sealed_head WHERE seal_no = 1 AND seq > 0",
    ),
    "a seal is altered": (
        "V7",
        "UPDATE seal SET root = sha256('forged') WHERE seal_no = 1",
    ),
    "the accounts of a seal are altered": (
        "V7",
        "UPDATE seal SET accounts = accounts + 1 WHERE seal_no = 1",
    ),
    "the postings of a seal are altered": (
        "V7",
        "UPDATE seal SET postings = postings + 1 WHERE seal_no = 1",
    ),
    "the postings of a seal are fewer than none": (
        "V7",
        "UPDATE seal SET postings = -1 WHERE seal_no = 1",
    ),
    "a seal is said to have been taken long ago": (
        "V7",
        "UPDATE seal SET taken_at = '1960-01-01' WHERE seal_no = 1",
    ),
    "a sealed head is that of no posting": (
        "V7",
        "UPDATE sealed_head SET seq = -1 WHERE seal_no = 2",
    ),
    "the salt of an older seal is altered": (
        "V7",
        "UPDATE seal SET salt = substr(sha256('forged'), 1, 16) WHERE seal_no = 1",
    ),
    "a posting is diverted, with its number and balance": (
        "V6",
        f"""UPDATE posting p SET credit_account_id = d.account_id, credit_seq = 99
              FROM account d WHERE d.kind = 'fund' AND p.posting_id = {OLDEST}""",
    ),
    "the balance of the other side is altered": (
        "V6",
        f"UPDATE posting SET credit_balance_minutes = 7 WHERE posting_id = {NEWEST}",
    ),
    "a posting takes back another": (
        "V6",
        f"UPDATE posting SET reverses_posting_id = {OLDEST} WHERE posting_id = {NEWEST}",
    ),
    "a posting is of another deed": (
        "V6",
        f"""UPDATE posting SET deed_id = (SELECT deed_id FROM posting WHERE posting_id = {OLDEST})
             WHERE posting_id = {NEWEST}""",
    ),
    "two members change accounts, and the accounts their owners": ("V17", _SWAPPED),
    "two members change accounts, wherever it is written whose they are": (
        "V7",
        f"""{_SWAPPED};
            UPDATE sealed_head s SET owner_id = o.member_id FROM account_owner o
             WHERE o.account_id = s.account_id""",
    ),
    "two members change accounts, and nothing sealed says whose they were": (
        "V7",
        f"{_SWAPPED}; UPDATE sealed_head SET owner_id = NULL",
    ),
    "a signature is forged": (
        "V7",
        "UPDATE seal SET signature = decode(repeat('00', 64), 'hex') WHERE seal_no = 2",
    ),
    "a seal between others is deleted": (
        "V7",
        """DELETE FROM sealed_head WHERE seal_no = 2; DELETE FROM seal WHERE seal_no = 2;
           INSERT INTO seal (bank_id, seal_no, taken_at, accounts, postings, root, salt, contents,
                             previous_hash, hash, key_id, signature)
           SELECT bank_id, 3, taken_at, accounts, postings, root, salt, contents,
                  sha256('gone'), sha256('forged'), key_id, signature FROM seal""",
    ),
    "the first seal is deleted": (
        "V7",
        "DELETE FROM sealed_head WHERE seal_no = 1; DELETE FROM seal WHERE seal_no = 1",
    ),
}
