"""Members' accounts: which account of the books is whose, its balance and its statement.

Words: a *purse* is a member's account as its owner reads it.
"""
