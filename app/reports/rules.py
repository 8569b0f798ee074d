"""From how many people on a number may be told, and how finely."""

from typing import Final

PEOPLE_MIN: Final = 11
"""A number on fewer people is left out."""
HOURS_STEP: Final = 5
MONTHS_MAX: Final = 24
"""So far back a report goes."""
_MINUTES: Final = 60


def rounded_hours(minutes: int) -> int:
    """Whole hours, to the nearest five: one person more or less hardly shows."""
    return round(minutes / (_MINUTES * HOURS_STEP)) * HOURS_STEP
