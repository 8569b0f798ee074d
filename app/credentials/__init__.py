"""Changing what one signs in with, and getting back in when it is lost.

Recovery code: printed by the member beforehand, or given in person by a coordinator; good once.
Nothing is recovered by e-mail alone, and there are no secret questions.

Always true: a code is kept as a keyed hash; a code given in person works only after `WAIT_HOURS`,
and one that was printed does too where the bank is sheltered or the login has a second factor.
Meanwhile whoever is signed in sees it and can stop it. Recovering signs out everywhere.
"""
