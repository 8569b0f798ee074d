"""Which postings a moderator may put right."""

from typing import ClassVar

from app.kit.errors import Conflict, Said


class PartWithCorrection(Conflict):
    """A correction of an exchange takes the place of all that is left, not of a part."""

    said: ClassVar = {
        "en": Said("A correction replaces the whole", "Leave minutes out to take it all back."),
        "sl": Said("Popravek nadomesti celoto", "Za vračilo celote minutes izpustite."),
    }
