"""Codes on paper: easy to read and to type, too many to be guessed."""

import os
from typing import Final

LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: none can be taken for another, and what is typed for one is read as it."""
GROUP: Final = 4
_READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})


def new_code(chars: int) -> str:
    """A new code of so many letters, five bits each, in groups as it is printed."""
    # Thirty-two letters divide the values of a byte evenly: each is as likely.
    letters = "".join(LETTERS[byte % len(LETTERS)] for byte in os.urandom(chars))
    return "-".join(letters[place : place + GROUP] for place in range(0, chars, GROUP))


def canonical_code(typed: str) -> str:
    """A code as it is compared: however it is grouped, whatever its case."""
    return typed.upper().translate(_READ_AS)
