"""Watch: looking for patterns that can mean that somebody is being used, or looked for by staff.

A round goes once a day through the accounts of a bank that wants alerts, those that moved since
the round before, in batches: each commits what it found together with how far it came, so a worker
that is killed has done whole batches, and each once. Per account at most `queries.MOVES_MAX`
movements a side are read, by index, however long its history is. What a pattern is, is pure
(`patterns.PATTERNS`). Nothing is written but alerts: no account is frozen, only staff are told.

How many people each of the staff looks at is counted every ten minutes, in every bank (`staff`).
"""
