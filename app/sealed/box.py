"""Sealing a record so that all look alike: one length, nothing the same twice, each its place."""

import os
from functools import lru_cache
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.kit.ground import Work
from app.kit.shapes import decode_master
from app.kit.surfaces import Surface
from app.kit.vault import Tampered
from app.sealed.rules import AgeBand, Cohort, Record

_NONCE_BYTES: Final = 12
_RECORD_BYTES: Final = 32
_COHORTS: Final = tuple(Cohort)
_AGE_BANDS: Final = tuple(AgeBand)


def seal(work: Work, bank_id: UUID, member_id: UUID, record: Record) -> bytes:
    """The record as it is stored; it opens for this member only."""
    codes = bytes([_COHORTS.index(record.cohort), _AGE_BANDS.index(record.age_band)])
    nonce = os.urandom(_NONCE_BYTES)
    whole = codes.ljust(_RECORD_BYTES, b"\0")
    return nonce + _cipher(_key(work)).encrypt(nonce, whole, bank_id.bytes + member_id.bytes)


def unseal(work: Work, bank_id: UUID, member_id: UUID, box: bytes) -> Record:
    """The record that was sealed.

    Raises:
        Tampered: when it was changed, moved, or sealed under another key.
    """
    nonce, rest = box[:_NONCE_BYTES], box[_NONCE_BYTES:]
    try:
        whole = _cipher(_key(work)).decrypt(nonce, rest, bank_id.bytes + member_id.bytes)
    except InvalidTag:
        raise Tampered from None
    return Record(_COHORTS[whole[0]], _AGE_BANDS[whole[1]])


def _key(work: Work) -> bytes:
    """The key that the settings name; else one that hangs from the installation's root key."""
    settings = work.settings
    assert settings.surface is not Surface.MEMBERS, "where members ask, no record is sealed"
    named = settings.record_key
    return decode_master(named.get_secret_value()) if named else work.vault.key("sealed")


@lru_cache(maxsize=4)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)
