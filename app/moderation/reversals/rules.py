"""Which postings a moderator may put right."""

from typing import ClassVar

from app.kit.errors import Conflict, Said


class MoreThanGranted(Conflict):
    """A correction would make a grant larger, past the cap and the budget."""

    said: ClassVar = {
        "en": Said(
            "A correction makes no grant larger",
            "More is granted anew, within the cap and the budget.",
        ),
        "sl": Said(
            "Popravek dodelitve ne poveča",
            "Več se dodeli znova, znotraj meje in proračuna.",
        ),
    }


class PartWithCorrection(Conflict):
    """A correction of an exchange takes the place of all that is left, not of a part."""

    said: ClassVar = {
        "en": Said("A correction replaces the whole", "Leave minutes out to take it all back."),
        "sl": Said("Popravek nadomesti celoto", "Za vračilo celote minutes izpustite."),
    }
