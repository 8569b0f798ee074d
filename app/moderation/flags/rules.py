"""What can be flagged, and what becomes of a flag."""

from enum import StrEnum
from typing import ClassVar, Final

from app.kit.errors import Conflict, Said, TooMuch

FLAGS_OPEN_MAX: Final = 20
"""Of one member, waiting at a time."""
EVIDENCE_MESSAGES_MAX: Final = 50
"""The newest of an exchange are kept with a flag."""


class FlagSubject(StrEnum):
    """What was flagged."""

    LISTING = "listing"
    EXCHANGE = "exchange"


class FlagStatus(StrEnum):
    """What a moderator found."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class FlagsOwn(Conflict):
    """Nobody flags what is their own."""

    said: ClassVar = {
        "en": Said("This is your own", "You can change or withdraw it."),
        "sl": Said("To je vaše", "Lahko ga spremenite ali umaknete."),
    }


class FlagResolved(Conflict):
    """A moderator has decided already."""

    said: ClassVar = {
        "en": Said("This flag is resolved already"),
        "sl": Said("O tej prijavi je že odločeno"),
    }


class TooManyFlags(TooMuch):
    """As many of the member's flags wait as may."""

    retry_after_seconds = 3600
    said: ClassVar = {
        "en": Said("Many flags", "{open_max} of yours wait for a moderator."),
        "sl": Said("Veliko prijav", "Na moderatorja jih čaka {open_max}."),
    }
