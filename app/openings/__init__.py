"""Openings: which of the staff looked at whose record, when and why.

An opening is one look at one person. Always true: openings are never changed or deleted (the
application's role may not), they are one chain of hashes a bank, so that none can be left out or
rewritten unseen, and the person sees them at `/v1/me/access-log`: the role and the reason, never
who it was.
"""
