"""Passkeys (WebAuthn): a key in a person's own device proves them, beside the password.

Challenge: a random number that the device signs, once. Ceremony: what the browser and this server
say to each other to make a passkey, or to prove with one.

Always true: a challenge is a login's own, is asked for once and holds for five minutes; a proof
counts on our pages only; what a device counts never goes back. By what it can be recognised, and
its public key, are sealed with its owner's key.
"""
