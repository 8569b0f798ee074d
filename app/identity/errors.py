"""What can go wrong with a token, a key or a passkey."""


class BadToken(Exception):
    """The token is not one of ours, or its time is over. It never says which."""


class WeakKey(ValueError):
    """A configured key cannot be used; the message says why and shows nothing of the key."""


class BadPasskey(Exception):
    """The answer of a device proves nothing. It never says why."""
