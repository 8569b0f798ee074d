"""What a new bank starts with, and what can be wrong with a bank's name."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from app.kit.errors import Conflict, Said

FLOOR_MINUTES_DEFAULT: Final = -720
"""Twelve hours may be received before the first is given (domain law 7)."""
OPENING_CREDIT_MINUTES_DEFAULT: Final = 0
OPENING_CREDIT_MINUTES_MAX: Final = 1_200
"""The most that a bank can give to begin with: as much as a coordinator would ask about."""
GRANT_CAP_MINUTES_DEFAULT: Final = 600
GRANT_BUDGET_MINUTES_DEFAULT: Final = 6_000
TIME_ZONE_DEFAULT: Final = "Europe/Ljubljana"
TERMS_VERSION_FIRST: Final = 1


class Preset(StrEnum):
    """A bundle of rules chosen when a bank is made; the same for all its members."""

    NEIGHBOURS = "neighbours"
    SHELTERED = "sheltered"


@dataclass(frozen=True)
class Safety:
    """What a bank does for the safety of its members; the same for all of them."""

    vetting_ladder: bool
    """One to one opens step by step: met, took part in a group session, full."""
    first_listings_read: bool
    """What somebody new posts is read before others see it, until something was let through."""
    screening: bool
    """Suspicious texts, and such with contact data, wait for a moderator."""
    contacts_new_max: int | None
    """Different people whom somebody new may write to in a day; None: as many as they like."""
    contacts_max: int | None
    """The same for those with the full level."""
    alerts: bool
    """Patterns in the books that suggest exploitation are shown to the case worker."""


PRESETS: Final = {
    Preset.NEIGHBOURS: Safety(
        vetting_ladder=False,
        first_listings_read=False,
        screening=False,
        contacts_new_max=None,
        contacts_max=None,
        alerts=False,
    ),
    Preset.SHELTERED: Safety(
        vetting_ladder=True,
        first_listings_read=True,
        screening=True,
        contacts_new_max=5,
        contacts_max=20,
        alerts=True,
    ),
}
"""What each preset begins with; an admin changes it setting by setting."""


class SlugTaken(Conflict):
    """Another bank of this installation has this slug."""

    said: ClassVar = {
        "en": Said("This slug is taken", "Another bank here is called {slug}."),
        "sl": Said("Ta oznaka je zasedena", "Tako se tu že imenuje druga banka: {slug}."),
    }


class OpeningOverCeiling(Conflict):
    """Nobody could become a member: what they begin with would be over their ceiling."""

    said: ClassVar = {
        "en": Said(
            "Opening credit over the ceiling",
            "{opening_credit_minutes} minutes are given; the ceiling is {ceiling_minutes}.",
        ),
        "sl": Said(
            "Začetne ure nad zgornjo mejo",
            "Za začetek je {opening_credit_minutes} minut; zgornja meja je {ceiling_minutes}.",
        ),
    }


def refuse_over_ceiling(opening_credit_minutes: int, ceiling_minutes: int | None) -> None:
    """What everybody is given to begin with must fit under everybody's ceiling.

    Raises:
        OpeningOverCeiling: when it does not.
    """
    if ceiling_minutes is not None and opening_credit_minutes > ceiling_minutes:
        raise OpeningOverCeiling(
            opening_credit_minutes=opening_credit_minutes, ceiling_minutes=ceiling_minutes
        )


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
