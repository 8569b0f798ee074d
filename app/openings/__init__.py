"""Openings: which of the staff looked at whose record, when and why.

An opening is one look at one person. Always true: openings are never changed or deleted (the
application's role may not), they are one chain of hashes a bank, so that none can be left out or
rewritten unseen, and the person sees them at `/v1/me/access-log`. Who it was, and of which role,
is sealed (`ck_opening_by_one_length`): or the database would tell whom a case worker looks after.
A look at what is kept of everybody alike, and says why somebody is here, is no opening: the part
`sealed` has a log of its own, which names nobody; here stands only in which months there was one.
"""
