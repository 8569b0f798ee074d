"""Members: joining with an approval, profiles, and the one visibility predicate.

Always true: what a member may see of others passes `queries.visible_to`; an alias is all that
others see of a person; a member who was approved has exactly one ledger account, the one that was
opened for them (`ck_member_active_has_account`, and a foreign key to `account_owner`).
"""
