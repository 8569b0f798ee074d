"""What can be wrong with closing an account."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from app.kit.errors import Conflict, Said

LIMIT_MINUTES_MAX: Final = 60_000
"""The farthest from zero that a limit can be set: a thousand hours."""


class ChangeKind(StrEnum):
    """What was changed on an account."""

    CLOSED = "closed"
    LIMITS = "limits"


@dataclass(frozen=True)
class Limits:
    """What the policy says: how far an account may go below and above zero."""

    floor: int
    ceiling: int | None
    """None: no ceiling."""


class HoursHeld(Conflict):
    """Hours are still reserved on the account: what they wait for has to end first."""

    said: ClassVar = {
        "en": Said("Hours are still reserved", "{held_minutes} minutes wait for an exchange."),
        "sl": Said("Nekaj ur je še rezerviranih", "{held_minutes} minut čaka na izmenjavo."),
    }
