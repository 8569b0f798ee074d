"""Putting postings right: the one place where something posted is taken back.

Always true: what is taken back of a posting, in however many parts, is never more than it moved
(`reversal` is a chain: each part begins where the one before ended, `fk_reversal_chain`, and none
ends beyond the original); a reversal goes between the same accounts, the other way; and it stands:
nothing takes a reversal back (V10). What was right after all is done anew, by the rules of today.
"""
