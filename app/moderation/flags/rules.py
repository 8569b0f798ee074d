"""What can be flagged, and what becomes of a flag."""

import re
import unicodedata
from enum import StrEnum
from typing import ClassVar, Final, NamedTuple

from app.kit.errors import Conflict, Said, TooMuch, Unfit

FLAGS_OPEN_MAX: Final = 20
"""Of one member, waiting at a time."""
EVIDENCE_MESSAGES_MAX: Final = 50
"""The newest of an exchange are kept with a flag."""


REASON_WORDS_MIN: Final = 3
"""A reason of fewer words is nobody's own."""
_WORD: Final = re.compile(r"\w+")


class FlagSubject(StrEnum):
    """What was flagged."""

    LISTING = "listing"
    EXCHANGE = "exchange"


class FlagStatus(StrEnum):
    """What a moderator found."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class Finding(NamedTuple):
    """What a moderator found, why, and what the author of a listing reads if it is sent away."""

    outcome: FlagStatus
    reason: str
    send_away_because: str | None


class NothingToSendAway(Unfit):
    """Only a listing is sent away, and only where the flag is upheld."""

    pointer = "/body/send_away_because"
    said: ClassVar = {
        "en": Said("Nothing to send away", "Only a listing whose flag is upheld is sent away."),
        "sl": Said(
            "Ničesar ni mogoče odstraniti", "Odstrani se le objava, pri kateri je prijava potrjena."
        ),
    }


class TellsWhoFlagged(Unfit):
    """What the author reads names whoever flagged, or repeats their words."""

    pointer = "/body"
    said: ClassVar = {
        "en": Said("This tells who flagged it", "Say it to the author in words of your own."),
        "sl": Said("To pove, kdo je prijavil", "Avtorju povejte s svojimi besedami."),
    }


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


def tells_who_flagged(told_author: str, alias: str, reason: str | None) -> bool:
    """Whether a text holds, word for word, the alias or the whole reason of whoever flagged.

    It guards against slips. What else gives them away, only the moderator can judge.
    """
    told, name, why = (_words_of(one) for one in (told_author, alias, reason or ""))
    theirs = [name, why if len(why.split()) >= REASON_WORDS_MIN else ""]
    return any(one and f" {one} " in f" {told} " for one in theirs)


def _words_of(text: str) -> str:
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))
