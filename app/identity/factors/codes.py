"""Codes of six digits that change every thirty seconds (TOTP, RFC 6238)."""

import base64
import hmac
import os
from datetime import datetime
from typing import Final
from urllib.parse import quote

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

DIGITS: Final = 6
STEP_SECONDS: Final = 30
STEPS_OF_GRACE: Final = 1
"""Codes of the step before and after are taken too: clocks differ, and typing takes time."""
SEED_BYTES: Final = 20
ISSUER: Final = "timebank"
"""Neutral, as it is shown on the person's device, and says nothing of which bank."""


def new_seed() -> str:
    """A new secret for a device, in base32."""
    return base64.b32encode(os.urandom(SEED_BYTES)).decode()


def uri_of(seed: str, label: str) -> str:
    """What a device reads from a picture to take the seed."""
    return f"otpauth://totp/{ISSUER}:{quote(label)}?secret={seed}&issuer={ISSUER}"


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
