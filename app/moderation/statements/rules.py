"""How much may be said in a dispute."""

from typing import ClassVar, Final

from app.kit.errors import Said, TooMuch

STATEMENTS_MAX: Final = 50
"""Of one author in one dispute."""


class TooManyStatements(TooMuch):
    """The author has said as much as one may in one dispute."""

    retry_after_seconds = 3600
    said: ClassVar = {
        "en": Said("Many statements", "You have made {statements_max} in this dispute."),
        "sl": Said("Veliko izjav", "V tem sporu ste jih podali {statements_max}."),
    }
