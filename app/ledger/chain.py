"""The hash chain of each account, and the Merkle tree over all of them.

A posting has one digest over everything that it says. Each of its two accounts links that digest to
its head: `head' = SHA-256(tag, head, digest)`. The head is kept in the account's own row, which
the posting locks anyway: no hot row, and a deed that commits late cannot be skipped. Whoever knows
a head can tell whether anything before it was altered, deleted, inserted or swapped.

Every field has a fixed width or carries its length, so no two postings encode alike.
"""

import hashlib
import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

HEAD_BYTES: Final = 32
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TAG_GENESIS: Final = b"timebank/ledger/genesis/1"
_TAG_POSTING: Final = b"timebank/ledger/posting/1"
_TAG_LINK: Final = b"timebank/ledger/link/1"
_TAG_LEAF: Final = b"timebank/ledger/leaf/1"
_TAG_NODE: Final = b"timebank/ledger/node/1"
_NONE: Final = bytes(16)
_MICROSECOND: Final = timedelta(microseconds=1)
_NUMBERS: Final = struct.Struct(">6q")
"""Signed, eight bytes each, the highest first."""


class ChainedPosting(NamedTuple):
    """What a posting says, as it is hashed."""

    bank_id: UUID
    posting_id: UUID
    deed_id: UUID
    kind: str
    debit_account_id: UUID
    credit_account_id: UUID
    minutes: int
    debit_seq: int
    credit_seq: int
    debit_balance: int
    credit_balance: int
    posted_at: datetime
    subject_id: UUID | None
    reverses_posting_id: UUID | None

    def digest(self) -> bytes:
        """SHA-256 over every field."""
        kind = self.kind.encode()
        numbers = _NUMBERS.pack(
            self.minutes,
            self.debit_seq,
            self.credit_seq,
            self.debit_balance,
            self.credit_balance,
            (self.posted_at - _EPOCH) // _MICROSECOND,
        )
        parts = [
            self.bank_id.bytes,
            self.posting_id.bytes,
            self.deed_id.bytes,
            self.debit_account_id.bytes,
            self.credit_account_id.bytes,
            numbers,
            self.subject_id.bytes if self.subject_id else _NONE,
            self.reverses_posting_id.bytes if self.reverses_posting_id else _NONE,
            len(kind).to_bytes(2, "big"),
            kind,
        ]
        return hashlib.sha256(_TAG_POSTING + b"".join(parts)).digest()


def genesis(bank_id: UUID, account_id: UUID) -> bytes:
    """The head of an account without postings."""
    return hashlib.sha256(_TAG_GENESIS + bank_id.bytes + account_id.bytes).digest()


def link(head: bytes, digest: bytes) -> bytes:
    """The head after one more posting."""
    return hashlib.sha256(_TAG_LINK + head + digest).digest()


def leaf(account_id: UUID, seq: int, head: bytes) -> bytes:
    """What a seal says of one account."""
    return hashlib.sha256(_TAG_LEAF + account_id.bytes + seq.to_bytes(8, "big") + head).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The Merkle root; an odd node is carried up as it is, so no leaf is counted twice."""
    level = list(leaves) or [bytes(HEAD_BYTES)]
    while len(level) > 1:
        level = _up(level)
    return level[0]


def path(leaves: Sequence[bytes], index: int) -> list[tuple[str, bytes]]:
    """The neighbours of one leaf on its way to the root, each with its side."""
    level, found = list(leaves), []
    while len(level) > 1:
        neighbour = index ^ 1
        if neighbour < len(level):
            found.append(("left" if neighbour < index else "right", level[neighbour]))
        level, index = _up(level), index // 2
    return found


def climb(start: bytes, steps: Sequence[tuple[str, bytes]]) -> bytes:
    """The root that a leaf and its path lead to."""
    node = start
    for side, neighbour in steps:
        node = _node(neighbour, node) if side == "left" else _node(node, neighbour)
    return node


def _up(level: list[bytes]) -> list[bytes]:
    pairs = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return pairs + level[len(level) & ~1 :]


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_TAG_NODE + left + right).digest()
