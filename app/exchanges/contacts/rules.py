"""Who may propose, and to how many."""

from datetime import timedelta
from typing import ClassVar, Final

from app.kit.errors import NotPermitted, Said, TooMuch

WITHIN: Final = timedelta(hours=24)
KEPT_DAYS: Final = 30
DEMO_FACTOR: Final = 100


class NotMetYet(NotPermitted):
    """The bank wants its staff to have met everybody who proposes exchanges."""

    said: ClassVar = {
        "en": Said("Meet us first", "The staff like to meet everybody once before the first step."),
        "sl": Said("Najprej se spoznajmo", "Osebje želi vsakogar enkrat srečati."),
    }


class TooManyContacts(TooMuch):
    """As many different people within a day as one may propose to; the attempt is kept."""

    leaves_trace = True
    retry_after_seconds = 3600
    said: ClassVar = {
        "en": Said("Many new contacts today", "Please go on with those, or wait until tomorrow."),
        "sl": Said("Danes veliko novih stikov", "Nadaljujte z njimi ali počakajte do jutri."),
    }
