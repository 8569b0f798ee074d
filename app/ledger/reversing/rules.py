"""What can be wrong with taking a posting back."""

from typing import ClassVar

from app.kit.errors import Conflict, Said


class NotReversible(Conflict):
    """The posting takes another back, does not stand any more, or is not this bank's own affair."""

    said: ClassVar = {
        "en": Said(
            "This posting cannot be taken back",
            "It takes another one back, another one stands in its place, or it is about another"
            " bank too. What was right after all is done anew.",
        ),
        "sl": Said(
            "Tega knjiženja ni mogoče vrniti",
            "Vrača drugo knjiženje, na njegovem mestu je drugo ali pa zadeva še drugo banko."
            " Kar je bilo vendarle prav, se opravi znova.",
        ),
    }


class OverOriginal(Conflict):
    """More would be taken back than is left of the posting."""

    said: ClassVar = {
        "en": Said("More than is left of it", "{left_minutes} minutes of it can be taken back."),
        "sl": Said("Več, kot je od tega ostalo", "Vrniti je mogoče še {left_minutes} minut."),
    }
