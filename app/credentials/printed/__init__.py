"""Sign-in codes: a name on paper for who has, or wants to use, no e-mail at signing in.

A code stands in the place of the e-mail, beside the password: it proves nothing alone. Always true:
it is kept as a keyed hash; a login has one, and printing the next one ends it.
"""
