"""Who may meet others one to one, and how many."""

from datetime import timedelta
from typing import ClassVar, Final

from app.kit.errors import NotPermitted, Said, TooMuch

WITHIN: Final = timedelta(hours=24)
KEPT_DAYS: Final = 30
DEMO_FACTOR: Final = 100


class NotMetYet(NotPermitted):
    """The bank wants its staff to know everybody who meets others one to one; it is kept."""

    leaves_trace = True
    said: ClassVar = {
        "en": Said("Meet us first", "One to one opens when the staff have got to know you."),
        "sl": Said("Najprej se spoznajmo", "Ena na ena se odpre, ko vas osebje spozna."),
    }


class TooManyContacts(TooMuch):
    """As many different people within a day as one may propose to; the attempt is kept."""

    leaves_trace = True
    retry_after_seconds = 3600
    said: ClassVar = {
        "en": Said("Many new contacts today", "Please go on with those, or wait until tomorrow."),
        "sl": Said("Danes veliko novih stikov", "Nadaljujte z njimi ali počakajte do jutri."),
    }
