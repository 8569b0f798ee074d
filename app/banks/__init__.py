"""The tenant: one time bank with its rules, languages, areas, meeting points and terms.

Always true: every table of the installation starts its key with `bank_id`, so nothing of one bank
can point into another (composite foreign keys). Every bank has at least one area, one language
and the version number of its current terms.
"""
