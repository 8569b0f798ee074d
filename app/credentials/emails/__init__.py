"""Changing the e-mail that one signs in with: asked for, waited for, then done by the worker.

Always true: it takes three days, in which whoever is signed in can stop it; the answer, and what
comes of it, are the same whether the address is somebody's or not; of each login one change waits.
The password is hashed for the new address when it is proved, so that signing in costs the same for
every address.
"""
