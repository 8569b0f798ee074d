"""Sealing records and traces so that all look alike: one length, nothing the same twice."""

import os
import struct
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.kit.ground import Work
from app.kit.shapes import decode_master
from app.kit.surfaces import Surface
from app.kit.vault import Tampered
from app.sealed.rules import AgeBand, Cohort, Deed, Record, Trace

REASON_BYTES_MAX: Final = 2_000
_NONCE_BYTES: Final = 12
_RECORD_BYTES: Final = 32
_COHORTS: Final = tuple(Cohort)
_AGE_BANDS: Final = tuple(AgeBand)
_DEEDS: Final = tuple(Deed)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HEAD: Final = struct.Struct(">B16s16sqH")
"""Deed, member, login, microseconds since 1970, length of the reason that follows."""
_TRACE_BYTES: Final = _HEAD.size + REASON_BYTES_MAX
_MICROSECOND: Final = timedelta(microseconds=1)


def seal(work: Work, bank_id: UUID, member_id: UUID, record: Record) -> bytes:
    """The record as it is stored; it opens for this member only."""
    codes = bytes([_COHORTS.index(record.cohort), _AGE_BANDS.index(record.age_band)])
    return _closed(work, codes.ljust(_RECORD_BYTES, b"\0"), bank_id.bytes + member_id.bytes)


def unseal(work: Work, bank_id: UUID, member_id: UUID, box: bytes) -> Record:
    """The record that was sealed.

    Raises:
        Tampered: when it was changed, moved, or sealed under another key.
    """
    whole = _opened(work, box, bank_id.bytes + member_id.bytes)
    return Record(_COHORTS[whole[0]], _AGE_BANDS[whole[1]])


def seal_trace(work: Work, bank_id: UUID, seq: int, trace: Trace) -> bytes:
    """The trace as it is stored; it opens in its place only.

    Raises:
        ValueError: when the reason is longer than `REASON_BYTES_MAX`.
    """
    reason = trace.reason.encode()
    if len(reason) > REASON_BYTES_MAX:
        raise ValueError("the reason does not fit the box")
    head = _HEAD.pack(
        _DEEDS.index(trace.deed),
        trace.member_id.bytes,
        trace.login_id.bytes,
        (trace.at - _EPOCH) // _MICROSECOND,
        len(reason),
    )
    return _closed(work, (head + reason).ljust(_TRACE_BYTES, b"\0"), _place(bank_id, seq))


def unseal_trace(work: Work, bank_id: UUID, seq: int, box: bytes) -> Trace:
    """The trace that was sealed.

    Raises:
        Tampered: when it was changed, moved, or sealed under another key.
    """
    whole = _opened(work, box, _place(bank_id, seq))
    deed, member, login, at, length = _HEAD.unpack_from(whole)
    reason = whole[_HEAD.size : _HEAD.size + length].decode()
    ids = UUID(bytes=member), UUID(bytes=login)
    return Trace(_DEEDS[deed], *ids, _EPOCH + at * _MICROSECOND, reason)


def _place(bank_id: UUID, seq: int) -> bytes:
    return b"trace" + bank_id.bytes + str(seq).encode()


def _closed(work: Work, whole: bytes, about: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(_key(work)).encrypt(nonce, whole, about)


def _opened(work: Work, box: bytes, about: bytes) -> bytes:
    nonce, rest = box[:_NONCE_BYTES], box[_NONCE_BYTES:]
    try:
        return _cipher(_key(work)).decrypt(nonce, rest, about)
    except InvalidTag:
        raise Tampered from None


def _key(work: Work) -> bytes:
    """The key that the settings name; else one that hangs from the installation's root key."""
    settings = work.settings
    assert settings.surface is not Surface.MEMBERS, "where members ask, no record is sealed"
    named = settings.record_key
    return decode_master(named.get_secret_value()) if named else work.vault.key("sealed")


@lru_cache(maxsize=4)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)
