"""Setting the limits of accounts: of one, or of all that follow their bank.

A limit can always be set, also where the account is past it: the limit in force then stands where
the account is, and goes back to the policy as the account does (`decide`). So nobody is blocked
from coming back, and nobody can go farther.
"""
