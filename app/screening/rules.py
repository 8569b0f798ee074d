"""What is held, and what becomes of it. Why it is held: `judging`."""

from enum import StrEnum
from typing import ClassVar, Final

from app.kit.errors import Conflict, Said


class Subject(StrEnum):
    """What is held."""

    LISTING = "listing"
    MESSAGE = "message"
    DISPUTE = "dispute"
    """The reason of a dispute, which the other side reads."""
    STATEMENT = "statement"
    APPEAL = "appeal"
    """Why an outcome is appealed, the same."""


class ScreeningStatus(StrEnum):
    """What became of it."""

    OPEN = "open"
    RELEASED = "released"
    KEPT = "kept"


class ScreeningResolved(Conflict):
    """Somebody decided on it before."""

    said: ClassVar = {
        "en": Said("This screening is resolved already"),
        "sl": Said("O tem besedilu je že odločeno"),
    }


FIRST: Final = "first_listings"
"""The signal of those of whom nothing was read yet."""
