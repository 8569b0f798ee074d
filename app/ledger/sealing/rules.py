"""What a receipt may be refused for."""

from typing import ClassVar

from app.kit.errors import Conflict, Said


class NotSealedYet(Conflict):
    """No seal covers this posting yet; the next one will."""

    said: ClassVar = {
        "en": Said("Not sealed yet", "The next seal covers this posting; please come back later."),
        "sl": Said("Še ni zapečateno", "Zapečatil ga bo naslednji pečat; poskusite pozneje."),
    }
