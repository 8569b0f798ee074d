"""The second factor: a code of six digits from the person's own device (TOTP, RFC 6238).

For members it is optional. For staff in production it is not: until they are signed in with one,
they are nobody's staff and reach only what enrols them.

Always true: a code is good once; wrong ones are counted, and after `FAILURES_MAX` none is looked at
for a while; the seed is sealed, with a key that the database never sees.
"""
