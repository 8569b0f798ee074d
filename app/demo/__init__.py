"""The demo: a bank filled by playing a story through the HTTP API of the running server.

Always true: the story can be broken off anywhere, even by kill -9, and played again from its
beginning: every step looks first whether it was taken, and carries an `Idempotency-Key` of its
own. Its last act, a resolved dispute, is the sign that it was played to its end.
"""
