"""Opening and closing accounts, and their limits.

Always true: a closed account stays closed, and stands still at zero (`ck_account_closed_is_still`:
its number, its balance and what is held cannot change); every change of an account is on record,
numbered from 1 (`pk_account_change`), and belongs to a deed, whose note says who did it and why.
"""
