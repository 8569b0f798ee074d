"""One appeal against a moderator's outcome, decided by another one.

Always true: a dispute has at most one appeal (its key is the dispute's); whoever decided first does
not decide it (`ck_appeal_another`); until it is decided the first outcome stands, and then one deed
puts the books right, if the outcome is another.
"""
