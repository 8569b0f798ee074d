"""What an emergency may come to."""

from datetime import timedelta
from typing import ClassVar, Final

from app.kit.errors import Conflict, Said

EMERGENCY_MINUTES: Final = 30
"""How long a released emergency is open."""
REQUEST_HOURS: Final = 24
"""A request that nobody released is over after this."""
REVIEW_HOURS: Final = 72
"""After this without a review, its opener may ask for no other."""
FOUND_MAX: Final = 5
OPEN_FOR: Final = timedelta(minutes=EMERGENCY_MINUTES)


class SecondPersonNeeded(Conflict):
    """Somebody else has to do this."""

    said: ClassVar = {
        "en": Said(
            "A second person is needed",
            "Who asked cannot release or review it, nor who released it.",
        ),
        "sl": Said(
            "Potreben je še nekdo",
            "Kdor prosi, ne odobri in ne pregleda; kdor odobri, ne pregleda.",
        ),
    }


class EmergencyClosed(Conflict):
    """It is not released, or its time is over."""

    said: ClassVar = {
        "en": Said("This emergency is not open", "It opens when a second person releases it."),
        "sl": Said("Ta nujni primer ni odprt", "Odpre se, ko ga odobri drugi človek."),
    }


class EmergencyReleased(Conflict):
    """A second person has released it before."""

    said: ClassVar = {
        "en": Said("This emergency was released already"),
        "sl": Said("Ta nujni primer je že odobren"),
    }


class EmergencyReviewed(Conflict):
    """It was reviewed before, or there is nothing to review yet."""

    said: ClassVar = {
        "en": Said("There is nothing to review here"),
        "sl": Said("Tu ni ničesar za pregled"),
    }


class ReviewOverdue(Conflict):
    """An earlier emergency of this person waits for its review for too long."""

    said: ClassVar = {
        "en": Said("A review is overdue", "Your last emergency has to be reviewed first."),
        "sl": Said("Pregled zamuja", "Najprej mora biti pregledan vaš zadnji nujni primer."),
    }
