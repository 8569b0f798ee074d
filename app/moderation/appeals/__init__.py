"""One appeal against a moderator's outcome, decided by another one.

Always true: a dispute has at most one appeal (`uq_appeal_bank_id_dispute_id`); whoever decided
first does not decide it (`ck_appeal_another`); until it is decided the first outcome stands, and
then one deed puts the books right, if the outcome is another. Its reason is held back, and is the
other side's to read, as a dispute's is.
"""
