"""What stands in the way of leaving, and when somebody can be forgotten."""

from datetime import timedelta
from typing import ClassVar, Final

from app.kit.errors import Conflict, Said

LOOK_AGAIN: Final = timedelta(days=1)
"""Who cannot be forgotten yet, because a dispute is open or may be opened, is tried again then."""
FORGOTTEN_ALIAS: Final = "-"
FORGOTTEN_LANGUAGE: Final = "und"
KEYS_LOOKED_AFTER_DAYS: Final = 60
"""So long it is seen to that a forgotten person's key stays destroyed: no copy is kept longer."""


class StillStaff(Conflict):
    """Somebody of the staff cannot leave before the role was handed on."""

    said: ClassVar = {
        "en": Said("You are of the staff", "Have the operator take your roles away, then leave."),
        "sl": Said("Ste del osebja", "Upravljavec naj vam najprej odvzame vloge, potem odidite."),
    }
