"""The books: accounts, deeds, postings and holds; every minute, for ever.

Words: a *posting* moves minutes from one account (debit) to another (credit); a *hold* reserves
minutes on an account; a *deed* is what postings and holds belong to, done whole or not at all.

Always true, and by what:
- every posting is balanced: it carries both sides in one row (`Posting`);
- no balance minus holds goes under its floor: `ck_account_floor`, whatever races;
- a hold ends once: `pk_hold_end`; a deed happens once: `uq_deed_bank_id_reference`;
- nothing is changed or deleted: the application's role has no UPDATE or DELETE on these rows;
- an account stays whose it is: `AccountOwner` is one of them, and members refer to it;
- the sum of all balances of a bank is zero: `queries.list_findings` proves it.
"""
