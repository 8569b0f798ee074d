"""What can be wrong with closing or reopening an account."""

from enum import StrEnum
from typing import ClassVar

from app.kit.errors import Conflict, Said


class ChangeKind(StrEnum):
    """What was changed on an account."""

    CLOSED = "closed"
    REOPENED = "reopened"


class HoursHeld(Conflict):
    """Hours are still reserved on the account: what they wait for has to end first."""

    said: ClassVar = {
        "en": Said("Hours are still reserved", "{held_minutes} minutes wait for an exchange."),
        "sl": Said("Nekaj ur je še rezerviranih", "{held_minutes} minut čaka na izmenjavo."),
    }


class NotClosed(Conflict):
    """The account is open already."""

    said: ClassVar = {
        "en": Said("This account is open"),
        "sl": Said("Ta račun je odprt"),
    }
