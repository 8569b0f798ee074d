"""The rules of granting: a budget for the bank, a cap for each person."""

from datetime import datetime, timedelta
from typing import ClassVar, Final

from app.kit.errors import Conflict, Said

CAP_TERM: Final = timedelta(days=365)
"""The cap for one person counts the grants of this term."""


class GrantOverCap(Conflict):
    """The person would get more from the fund within a year than the cap allows."""

    said: ClassVar = {
        "en": Said("Over the cap for one person", "{left_minutes} minutes are left this year."),
        "sl": Said("Nad mejo za eno osebo", "Letos je na voljo še {left_minutes} minut."),
    }


class GrantOverBudget(Conflict):
    """The fund would grant more this month than the bank's budget allows."""

    said: ClassVar = {
        "en": Said("Over this month's budget", "{left_minutes} minutes are left this month."),
        "sl": Said("Nad proračunom tega meseca", "Ta mesec je na voljo še {left_minutes} minut."),
    }


def cap_counts_from(now: datetime) -> datetime:
    """From when on a person's grants count."""
    return now - CAP_TERM


def budget_counts_from(now: datetime) -> datetime:
    """From when on the bank's grants count: the first of the month."""
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
