"""What kind of device signed in, as coarsely as a person needs to recognise their own.

Nothing finer is kept: no version, no model, no network. Whoever holds a session of somebody must
not learn from the list of the others where that somebody is.
"""

import re
from enum import StrEnum
from typing import Final

_TABLET: Final = re.compile("iPad|Tablet|PlayBook|Silk|Android(?!.*Mobile)")
_PHONE: Final = re.compile("iPhone|iPod|Android|Mobile|Phone")
_COMPUTER: Final = re.compile("Windows|Macintosh|X11|Linux|CrOS")


class Device(StrEnum):
    """A kind of device."""

    PHONE = "phone"
    TABLET = "tablet"
    COMPUTER = "computer"
    OTHER = "other"


def device_of(user_agent: str) -> Device:
    """The kind of device that calls itself so; a guess, for the person's own eyes."""
    kinds = {Device.TABLET: _TABLET, Device.PHONE: _PHONE, Device.COMPUTER: _COMPUTER}
    return next((kind for kind, sign in kinds.items() if sign.search(user_agent)), Device.OTHER)
