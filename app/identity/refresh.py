"""Refresh tokens: derived from a key, so nothing that opens a session is stored.

A token names its bank, its session and a counter, and carries an HMAC of the three. The session's
row holds the counter of the one good token; using it moves the counter on. As the next token can
be derived again, a reply lost on the way is repeated for some seconds instead of signing out.
"""

import hashlib
import hmac
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from uuid import UUID

from app.identity.base64url import decode, encode
from app.identity.errors import BadToken, WeakKey

LOST_REPLY_SECONDS = 10
REFRESH_KEY_BYTES_MIN = 32
COUNTER_MAX = 2**32 - 1

_LABEL = b"timebank refresh token 1\0"
_NAMES = struct.Struct(">16s16sI")
_TOKEN = struct.Struct(">16s16sI32s")


@dataclass(frozen=True, slots=True)
class RefreshClaim:
    """Which token of which session this is."""

    bank_id: UUID
    session_id: UUID
    counter: int


class Rotation(Enum):
    """What to answer to a refresh token of a live session."""

    ROTATE = auto()
    """Good: move the session's counter on by one and answer with that token."""
    REPEAT = auto()
    """Its reply was lost: answer with the session's present token again, change nothing."""
    REUSED = auto()
    """Two parties hold this session's tokens: end the session."""


def make_refresh(key: bytes, bank_id: UUID, session_id: UUID, counter: int) -> str:
    """Return the session's token number `counter`, 0 to COUNTER_MAX; always the same text.

    Raises:
        WeakKey: the key is shorter than REFRESH_KEY_BYTES_MIN.
        ValueError: the counter is out of range.
    """
    if len(key) < REFRESH_KEY_BYTES_MIN:
        raise WeakKey(f"the refresh key must have at least {REFRESH_KEY_BYTES_MIN} bytes")
    if not 0 <= counter <= COUNTER_MAX:
        raise ValueError(f"the counter of a refresh token is 0 to {COUNTER_MAX}")
    names = _NAMES.pack(bank_id.bytes, session_id.bytes, counter)
    return encode(names + hmac.digest(key, _LABEL + names, hashlib.sha256))


def read_refresh(key: bytes, token: str) -> RefreshClaim:
    """Return what a token names, if `make_refresh` made it with this key.

    Raises:
        BadToken: in every other case.
        WeakKey: the key is shorter than REFRESH_KEY_BYTES_MIN.
    """
    claim = _named(token)
    made = make_refresh(key, claim.bank_id, claim.session_id, claim.counter)
    if not hmac.compare_digest(made, token):
        raise BadToken
    return claim


def judge(
    claim_counter: int, session_counter: int, rotated_at: datetime, now: datetime
) -> Rotation:
    """Decide on a token whose session is locked and alive.

    `rotated_at` is when the session's counter last moved. It may lie a little after `now`: two
    uses at once are judged one after the other, with the times at which they came in.
    """
    if claim_counter == session_counter:
        return Rotation.ROTATE
    lately = now - rotated_at <= timedelta(seconds=LOST_REPLY_SECONDS)
    if claim_counter == session_counter - 1 and lately:
        return Rotation.REPEAT
    return Rotation.REUSED


def _named(token: str) -> RefreshClaim:
    if type(token) is not str:
        raise BadToken
    raw = decode(token)
    if len(raw) != _TOKEN.size:
        raise BadToken
    bank, session, counter, _ = _TOKEN.unpack(raw)
    return RefreshClaim(UUID(bytes=bank), UUID(bytes=session), counter)
