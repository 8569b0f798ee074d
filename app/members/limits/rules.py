"""What can be wrong with setting limits."""

from typing import ClassVar

from app.kit.errors import Conflict, Said


class OwnLimits(Conflict):
    """Staff cannot set their own limits."""

    said: ClassVar = {
        "en": Said("These limits are your own", "Another coordinator has to decide."),
        "sl": Said("To so vaše lastne meje", "Odločiti mora drug koordinator."),
    }
