"""What can be wrong with a list of places."""

from typing import ClassVar

from app.kit.errors import Conflict, Said


class PlaceTaken(Conflict):
    """The list has a place of this slug."""

    said: ClassVar = {
        "en": Said("The list has this place", "It is called {slug}: change it instead."),
        "sl": Said("Ta kraj je že na seznamu", "Imenuje se {slug}: raje ga spremenite."),
    }


class LastArea(Conflict):
    """A listing must be able to name an area."""

    said: ClassVar = {
        "en": Said("This is the last area", "Add another one first."),
        "sl": Said("To je zadnje območje", "Najprej dodajte drugo."),
    }
