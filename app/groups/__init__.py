"""Group sessions: one who gives and many who receive, or the reverse, in one step.

Always true: the whole session is one deed, done for everybody or for nobody; what is received, what
is given and what the fund gets or gives sum to zero (`rules.shares_of`); the order in which people
are named changes nothing.
"""
