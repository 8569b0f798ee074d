"""Ways to give one the account of another in SQL, and the check that must find each."""

SWAPPED = """UPDATE {table} SET account_id = :fund WHERE account_id = :ana;
             UPDATE {table} SET account_id = :ana WHERE account_id = :bor;
             UPDATE {table} SET account_id = :bor WHERE account_id = :fund"""
WITH_OWNERS: dict[str, tuple[str, str]] = {
    "two members change accounts": ("V17", SWAPPED.format(table="member")),
    "two accounts change owners": ("V17", SWAPPED.format(table="account_owner")),
    "a member has the account of another, who has none": (
        "V17",
        """UPDATE member SET account_id = NULL, status = 'left' WHERE account_id = :ana;
           UPDATE member SET account_id = :ana WHERE account_id = :bor""",
    ),
    "a member has the account of another too": (
        "V17",
        """ALTER TABLE member DROP CONSTRAINT uq_member_bank_id_account_id;
           UPDATE member SET account_id = :ana WHERE account_id = :bor""",
    ),
    "a member has the account of the fund": (
        "V17",
        "UPDATE member SET account_id = :fund WHERE account_id = :bor",
    ),
    "a member owns the account of the fund": (
        "V17",
        """UPDATE member SET account_id = :fund WHERE account_id = :bor;
           UPDATE account_owner SET account_id = :fund WHERE account_id = :bor""",
    ),
    "a member has an account that is not there": (
        "V17",
        "UPDATE member SET account_id = gen_random_uuid() WHERE account_id = :bor",
    ),
    "a former member has no account any more": (
        "V17",
        "UPDATE member SET account_id = NULL, status = 'left' WHERE account_id = :bor",
    ),
    "whose an account was is forgotten": (
        "V17",
        """UPDATE member SET account_id = NULL, status = 'left' WHERE account_id = :bor;
           DELETE FROM account_owner WHERE account_id = :bor""",
    ),
    "an account has no owner": ("V17", "DELETE FROM account_owner WHERE account_id = :ana"),
    "an account has another owner too": (
        "V17",
        """ALTER TABLE account_owner DROP CONSTRAINT pk_account_owner;
           ALTER TABLE account_owner DROP CONSTRAINT uq_account_owner_bank_id_member_id;
           INSERT INTO account_owner (bank_id, account_id, member_id, kind)
           SELECT bank_id, CAST(:ana AS uuid), member_id, kind FROM account_owner
            WHERE account_id = :bor""",
    ),
    "the owner of an account was never a member": (
        "V17",
        "UPDATE account_owner SET member_id = gen_random_uuid() WHERE account_id = :ana",
    ),
    "a member is gone whose account is there": (
        "V17",
        "DELETE FROM member WHERE account_id = :ana",
    ),
}
