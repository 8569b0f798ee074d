"""The hash chain of each account.

Each of the two accounts of a posting has a leg of it: what the posting says of that account, and
nothing of the other one. The account links the digest of its leg to its head:
`head' = SHA-256(tag, head, digest)`. So a member can check the own chain and learns nothing of the
other side; that both legs are of one posting shows by its id, which both say.

The head is kept in the account's own row, which the posting locks anyway: no hot row, and a deed
that commits late cannot be skipped. Whoever knows a head can tell whether anything before it was
altered, deleted, inserted or swapped.

Every field has a fixed width or carries its length, so no two legs encode alike.
"""

import struct
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

HEAD_BYTES: Final = 32
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TAG_GENESIS: Final = b"timebank/ledger/genesis/1"
_TAG_LEG: Final = b"timebank/ledger/leg/2"
_TAG_LINK: Final = b"timebank/ledger/link/1"
_NONE: Final = bytes(16)
_MICROSECOND: Final = timedelta(microseconds=1)
_FIXED: Final = struct.Struct(">16s16s16sqq16s16sH")
_NUMBERS: Final = struct.Struct(">3q")
"""Ids as they are; moments and numbers signed, eight bytes each, the highest first."""


class ChainedPosting(NamedTuple):
    """What a posting says to both its accounts, as it is hashed."""

    bank_id: UUID
    posting_id: UUID
    deed_id: UUID
    kind: str
    posted_at: datetime
    effective_at: datetime
    subject_id: UUID | None
    reverses_posting_id: UUID | None

    def packed(self) -> bytes:
        """Every field; made once for both legs."""
        kind = self.kind.encode()
        at = microseconds(self.posted_at)
        is_now = self.effective_at is self.posted_at
        fixed = _FIXED.pack(
            self.bank_id.bytes,
            self.posting_id.bytes,
            self.deed_id.bytes,
            at,
            at if is_now else microseconds(self.effective_at),
            self.subject_id.bytes if self.subject_id else _NONE,
            self.reverses_posting_id.bytes if self.reverses_posting_id else _NONE,
            len(kind),
        )
        return fixed + kind


class ChainedLeg(NamedTuple):
    """What a posting says of one of its accounts, as it is hashed."""

    account_id: UUID
    change_minutes: int
    """Negative where the minutes left."""
    seq: int
    balance_minutes: int
    """The account's own number of the posting, and its balance after it."""

    def digest(self, packed: bytes) -> bytes:
        """SHA-256 over every field, and the packed posting."""
        numbers = _NUMBERS.pack(self.change_minutes, self.seq, self.balance_minutes)
        return sha256(_TAG_LEG + packed + self.account_id.bytes + numbers).digest()


def genesis(bank_id: UUID, account_id: UUID) -> bytes:
    """The head of an account without postings."""
    return sha256(_TAG_GENESIS + bank_id.bytes + account_id.bytes).digest()


def link(head: bytes, digest: bytes) -> bytes:
    """The head after one more posting."""
    return sha256(_TAG_LINK + head + digest).digest()


def microseconds(moment: datetime) -> int:
    """Since 1970, as moments are hashed."""
    return (moment - _EPOCH) // _MICROSECOND
