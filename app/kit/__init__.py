"""The ground that every part stands on; it knows nothing of time banking.

Always true here: only `clock` reads the clock, only `ids` makes ids, only `db.lock_*` writes
`FOR UPDATE`, and one request is one transaction that commits before its answer is sent (`http`).
"""
