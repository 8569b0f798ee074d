"""The kinds of alert, the numbers in one, and from which numbers on there is one."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from app.kit.errors import Conflict, Said

THRESHOLD_MAX: Final = 100_000


class AlertKind(StrEnum):
    """Which pattern."""

    MANY_CONTACTS = "many_contacts"
    """Tried to get in touch with many different people within a day."""
    LONG_HOURS = "long_hours"
    """Gave more hours in a week than one gives beside a life."""
    ONE_COUNTERPART = "one_counterpart"
    """Gave most of their hours to one and the same."""
    NEVER_SPENDS = "never_spends"
    """Gave much and took nothing."""
    ALWAYS_SAME = "always_same"
    """Earned, and spent all of it with one and the same."""
    COLLECTOR = "collector"
    """Got all that several others had earned."""
    NIGHT_HOURS = "night_hours"
    """Gave at night, again and again."""
    ORGANISATION_TAKES = "organisation_takes"
    """An organisation that received far more than it gave."""
    FAST_RING = "fast_ring"
    """Hours came and went within minutes, again and again."""
    MANY_RECORDS = "many_records"
    """One of the staff opened the records of many different people within a day."""


@dataclass(frozen=True)
class Facts:
    """What was counted; None where the kind does not count it."""

    minutes: int | None = None
    of_minutes: int | None = None
    """The whole of which `minutes` is a part."""
    people: int | None = None
    times: int | None = None
    days: int | None = None
    """Within how many days."""


@dataclass(frozen=True)
class Found:
    """A pattern that was found."""

    member_id: UUID | None
    """Whose it is; of the staff only where they are members too."""
    kind: AlertKind
    facts: Facts
    with_id: UUID | None = None
    """The one other who is part of it."""
    login_id: UUID | None = None
    """Of the staff, where the pattern is in what they look at."""


@dataclass(frozen=True)
class Thresholds:
    """From which numbers on there is an alert: our defaults, until a case worker sets others."""

    contacts_new: int = 3
    """Different people whom somebody new got in touch with in a day, or tried to."""
    contacts: int = 10
    """The same for those with the full level."""
    week_minutes: int = 720
    """More than this given in a week."""
    share_percent: int = 60
    """More than this part given to one."""
    share_minutes: int = 600
    """Where so much was given altogether."""
    unspent_minutes: int = 1_200
    """So much given, and nothing taken."""
    same_percent: int = 90
    """More than this part spent with one."""
    same_minutes: int = 600
    """Where so much was earned, and so much spent."""
    collector_people: int = 3
    """So many who each spent nearly all with one."""
    collector_minutes: int = 300
    """Where each of them had earned so much, and spent so much."""
    night_times: int = 3
    """So many times in a month."""
    organisation_minutes: int = 2_400
    """More than this received beyond what was given."""
    ring_times: int = 3
    """So many times both ways within an hour."""
    staff_people: int = 10
    """More than so many different people whose records one of the staff opened in a day."""


class AlertClosed(Conflict):
    """Somebody closed it before."""

    said: ClassVar = {
        "en": Said("This alert is closed already"),
        "sl": Said("To opozorilo je že zaprto"),
    }
