"""What can be wrong with taking a posting back."""

from typing import ClassVar

from app.kit.errors import Conflict, Said


class OverOriginal(Conflict):
    """More would be taken back than is left of the posting."""

    said: ClassVar = {
        "en": Said("More than is left of it", "{left_minutes} minutes of it can be taken back."),
        "sl": Said("Več, kot je od tega ostalo", "Vrniti je mogoče še {left_minutes} minut."),
    }
