"""Where ids come from.

Ids that people meet are random (UUID version 4): a time-ordered id tells when somebody arrived.
Ids of deeds and postings are time-ordered (UUID version 7, RFC 9562 section 5.7): a statement
shows their time anyway, and neighbouring keys keep the index and the write-ahead log small.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from asyncpg.pgproto.pgproto import UUID as DRIVERS_UUID

SALT_BYTES = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_VERSION_4 = 0x4 << 76
_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62
_OF_VERSION = 0xF << 76 | 0b11 << 62
"""The bits that say the version and variant of an id (RFC 9562, section 4)."""
_random = os.urandom
_made: Final[Callable[[bytes], UUID]] = DRIVERS_UUID
"""As the driver gives ids: a kind of Python's own, made and sent in a fraction of the time."""


def new_id() -> UUID:
    """A random id (UUID version 4)."""
    number = int.from_bytes(_random(16), "big") & ~_OF_VERSION | _VERSION_4 | _VARIANT
    return _made(number.to_bytes(16, "big"))


def new_salt() -> bytes:
    """What makes a hash unguessable: 16 random bytes."""
    return os.urandom(SALT_BYTES)


def new_ordered_id(now: datetime) -> UUID:
    """A time-ordered id (UUID version 7) that sorts as `now` does, to the microsecond.

    The 12 bits after the milliseconds are their fraction (RFC 9562, section 6.2, method 3).
    """
    milliseconds, microseconds = divmod((now - _EPOCH) // _MICROSECOND, 1000)
    fraction = (microseconds << 12) // 1000
    noise = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    number = milliseconds << 80 | _VERSION_7 | fraction << 64 | _VARIANT | noise
    return _made(number.to_bytes(16, "big"))
