"""How many wrong codes there may be, and the refusals."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from app.kit.errors import Conflict, NotAuthenticated, NotFound, Said

FAILURES_MAX: Final = 5
PAUSE: Final = timedelta(minutes=15)


@dataclass(frozen=True)
class Proof:
    """What came beside the password: a code, or what a passkey has signed (JSON)."""

    code: str | None = None
    passkey: str | dict[str, Any] | None = None


NO_PROOF: Final = Proof()


class SecondFactorNeeded(NotAuthenticated):
    """The password is right; the proof by the second factor is still to come."""

    leaves_trace = True
    said: ClassVar = {
        "en": Said(
            "Now the second factor",
            "Send it again with the code of your device as code, or your passkey's answer to"
            " public_key as passkey.",
        ),
        "sl": Said(
            "Zdaj še drugi dejavnik",
            "Pošljite znova: kodo z naprave kot code ali odgovor ključa za prijavo na public_key"
            " kot passkey.",
        ),
    }

    def __init__(self, *, has_code: bool, public_key: dict[str, Any] | None) -> None:
        """Carry OAuth's own name for it (RFC 6749, 5.2), and what may be answered with."""
        super().__init__(error="invalid_grant", has_code=has_code, public_key=public_key)


class WrongCode(NotAuthenticated):
    """The code is wrong, was used before, or too many wrong ones came."""

    leaves_trace = True
    said: ClassVar = {
        "en": Said("The code is not good", "Wait for the next one; after five wrong ones, longer."),
        "sl": Said("Koda ni dobra", "Počakajte na naslednjo; po petih napačnih pa dlje."),
    }

    def __init__(self) -> None:
        """Carry OAuth's own name for it (RFC 6749, 5.2)."""
        super().__init__(error="invalid_grant")


class FactorThere(Conflict):
    """There is a second factor already."""

    said: ClassVar = {
        "en": Said("You have a second factor already", "Take it away first."),
        "sl": Said("Drugi dejavnik že imate", "Najprej ga odstranite."),
    }


class NoFactor(NotFound):
    """There is no second factor to confirm."""

    said: ClassVar = {
        "en": Said("There is no second factor yet", "Begin with POST /v1/me/second-factor."),
        "sl": Said("Drugega dejavnika še ni", "Začnite s POST /v1/me/second-factor."),
    }


def is_paused(failures: int, failed_at: datetime | None, now: datetime) -> bool:
    """Whether so many wrong codes came that none is looked at for now."""
    return failures >= FAILURES_MAX and failed_at is not None and now - failed_at < PAUSE
