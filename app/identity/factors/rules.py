"""Which code is good, and the refusals."""

import base64
import hmac
import secrets
from datetime import datetime, timedelta
from typing import ClassVar, Final
from urllib.parse import quote

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

from app.identity.rules import WrongCredentials
from app.kit.errors import Conflict, NotAuthenticated, NotFound, Said

DIGITS: Final = 6
STEP_SECONDS: Final = 30
STEPS_OF_GRACE: Final = 1
"""Codes of the step before and after are taken too: clocks differ, and typing takes time."""
SEED_BYTES: Final = 20
FAILURES_MAX: Final = 5
PAUSE: Final = timedelta(minutes=15)
_ISSUER: Final = "timebank"
"""Neutral, as it is shown on the person's device, and says nothing of which bank."""


class SecondFactorNeeded(NotAuthenticated):
    """The password is right; the code of the second factor is still to come."""

    said: ClassVar = {
        "en": Said("Now the code", "Sign in again with the code of your device as code."),
        "sl": Said("Zdaj še koda", "Prijavite se znova in kodo z naprave pošljite kot code."),
    }

    def __init__(self) -> None:
        """Carry OAuth's own name for it (RFC 6749, 5.2)."""
        super().__init__(error="invalid_grant")


class WrongCode(WrongCredentials):
    """The code is wrong, was used before, or too many wrong ones came."""

    leaves_trace = True
    said: ClassVar = {
        "en": Said("The code is not good", "Wait for the next one; after five wrong ones, longer."),
        "sl": Said("Koda ni dobra", "Počakajte na naslednjo; po petih napačnih pa dlje."),
    }


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


def new_seed() -> str:
    """A new secret for a device, in base32."""
    return base64.b32encode(secrets.token_bytes(SEED_BYTES)).decode()


def uri_of(seed: str, label: str) -> str:
    """What a device reads from a picture to take the seed."""
    return f"otpauth://totp/{_ISSUER}:{quote(label)}?secret={seed}&issuer={_ISSUER}"


def code_at(seed: str, step: int) -> str:
    """The code of one step of thirty seconds since 1970."""
    hotp = HOTP(base64.b32decode(seed), DIGITS, SHA1())  # noqa: S303 RFC 6238 as devices have it
    return hotp.generate(step).decode()


def step_of(seed: str, code: str, now: datetime, last_step: int) -> int | None:
    """The step that a code is good for, if it is one after the last that was used."""
    present = int(now.timestamp()) // STEP_SECONDS
    steps = range(present - STEPS_OF_GRACE, present + STEPS_OF_GRACE + 1)
    typed = code.encode()
    fitting = [one for one in steps if hmac.compare_digest(code_at(seed, one).encode(), typed)]
    return next((one for one in fitting if one > last_step), None)


def is_paused(failures: int, failed_at: datetime | None, now: datetime) -> bool:
    """Whether so many wrong codes came that none is looked at for now."""
    return failures >= FAILURES_MAX and failed_at is not None and now - failed_at < PAUSE
