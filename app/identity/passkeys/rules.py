"""How many passkeys there may be, how long a challenge holds, and the refusals."""

from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, Final

from app.kit.errors import Conflict, NotAuthenticated, Said

PASSKEYS_MAX: Final = 10
CHALLENGE_BYTES: Final = 32
CHALLENGE_HOLDS: Final = timedelta(minutes=5)


class Purpose(StrEnum):
    """What a challenge is for."""

    ENROL = "enrol"
    PROVE = "prove"


class WrongPasskey(NotAuthenticated):
    """The answer is not one to our challenge, from our pages, by a passkey of this login."""

    leaves_trace = True
    said: ClassVar = {
        "en": Said("This passkey was not accepted", "Begin again; a challenge holds once."),
        "sl": Said("Ta ključ za prijavo ni bil sprejet", "Začnite znova; izziv velja enkrat."),
    }

    def __init__(self) -> None:
        """Carry OAuth's own name for it (RFC 6749, 5.2)."""
        super().__init__(error="invalid_grant")


class TooManyPasskeys(Conflict):
    """The login has as many passkeys as one may have."""

    said: ClassVar = {
        "en": Said("You have many passkeys already", "At most {passkeys_max}: remove one first."),
        "sl": Said(
            "Ključev za prijavo imate že veliko", "Največ {passkeys_max}: enega odstranite."
        ),
    }


class PasskeysOff(Conflict):
    """Nobody has said which pages of this installation may ask for passkeys."""

    said: ClassVar = {
        "en": Said("There are no passkeys here", "Take a device that shows codes instead."),
        "sl": Said("Tu ni ključev za prijavo", "Namesto tega uporabite napravo s kodami."),
    }
