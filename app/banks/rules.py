"""What a new bank starts with, and what can be wrong with a bank's name."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from app.kit.errors import Conflict, Said

FLOOR_MINUTES_DEFAULT: Final = -720
"""Twelve hours may be received before the first is given (domain law 7)."""
GRANT_CAP_MINUTES_DEFAULT: Final = 600
GRANT_BUDGET_MINUTES_DEFAULT: Final = 6_000
TIME_ZONE_DEFAULT: Final = "Europe/Ljubljana"
TERMS_VERSION_FIRST: Final = 1


class Preset(StrEnum):
    """A bundle of rules chosen when a bank is made; the same for all its members."""

    NEIGHBOURS = "neighbours"
    SHELTERED = "sheltered"


class SlugTaken(Conflict):
    """Another bank of this installation has this slug."""

    said: ClassVar = {
        "en": Said("This slug is taken", "Another bank here is called {slug}."),
        "sl": Said("Ta oznaka je zasedena", "Tako se tu že imenuje druga banka: {slug}."),
    }


@dataclass(frozen=True)
class Place:
    """A named place in the languages of this program."""

    slug: str
    sl: str
    en: str


AREAS_FIRST: Final = (
    Place("center", "Center", "City centre"),
    Place("north", "Sever", "North"),
    Place("east", "Vzhod", "East"),
    Place("south", "Jug", "South"),
    Place("west", "Zahod", "West"),
)
MEETING_POINTS_FIRST: Final = (
    Place("library", "Knjižnica", "Public library"),
    Place("community-hall", "Dom skupnosti", "Community hall"),
    Place("market-square", "Tržnica", "Market square"),
)
