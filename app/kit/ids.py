"""Where ids come from.

Ids that people meet are random (UUID version 4): a time-ordered id tells when somebody arrived.
Ids of deeds and postings are time-ordered (UUID version 7, RFC 9562 section 5.7): a statement
shows their time anyway, and neighbouring keys keep the index and the write-ahead log small.
"""

import os
import uuid
from datetime import datetime
from uuid import UUID

_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62


def new_id() -> UUID:
    """A random id (UUID version 4)."""
    return uuid.uuid4()


def new_ordered_id(now: datetime) -> UUID:
    """A time-ordered id (UUID version 7) whose first 48 bits are `now` in milliseconds."""
    milliseconds = int(now.timestamp() * 1000)
    noise = int.from_bytes(os.urandom(10), "big")
    random_a, random_b = noise >> 68, noise & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | _VERSION_7 | random_a << 64 | _VARIANT | random_b)
