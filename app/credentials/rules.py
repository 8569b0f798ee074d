"""How long recovery takes, the form of its codes, and its refusals."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final

from app.kit.errors import Conflict, NotAuthenticated, Said

WAIT_HOURS: Final = 72
"""Long enough that somebody who is not at the telephone each day sees it and can stop it."""
OPEN_DAYS: Final = 14
"""A recovery that was begun and is not used ends after this."""
CODES: Final = 10
CODE_CHARS: Final = 16
"""Eighty bits: no slow hash is needed."""


class By(StrEnum):
    """Where a recovery code comes from."""

    PRINTED = "printed"
    IN_PERSON = "in_person"


class RecoveryRefused(NotAuthenticated):
    """No such code for this address, or it was used, stopped or is too old: one answer."""

    said: ClassVar = {
        "en": Said("This code does not open it", "Look at it again, or come to the desk."),
        "sl": Said("Ta koda ne odpre", "Preverite jo še enkrat ali pridite osebno."),
    }


class TooEarly(Conflict):
    """The code is right, and its time has not come."""

    said: ClassVar = {
        "en": Said("Please wait a little longer", "This works from {ready_at} on."),
        "sl": Said("Počakajte še malo", "To bo mogoče od {ready_at}."),
    }


def ready_at(by: By, now: datetime, *, is_sheltered: bool, has_factor: bool) -> datetime:
    """When a recovery that begins now may be ended.

    A neighbour with a printed code need not wait: it is their own secret, kept at home. Where
    somebody at home may be the danger, all wait, and so does who would lose a second factor by it.
    """
    at_once = by is By.PRINTED and not is_sheltered and not has_factor
    return now if at_once else now + timedelta(hours=WAIT_HOURS)


def is_open(begun_at: datetime | None, ended_at: datetime | None, now: datetime) -> bool:
    """Whether a recovery was begun, and neither used, stopped nor forgotten."""
    if begun_at is None or ended_at is not None:
        return False
    return now < begun_at + timedelta(days=OPEN_DAYS)
