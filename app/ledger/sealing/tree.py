"""The Merkle tree over all heads of a bank, which a seal signs.

A member sees one path through it. That tells neither how many accounts there are nor which of them
moved: every leaf is salted anew in each seal, the leaves stand in the order of their hashes, and
the tree is filled up with leaves that stand for nothing to one of few sizes.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

LEAVES_MIN: Final = 256
GROWS_BY: Final = 4
"""Trees have 256, 1,024, 4,096 leaves, and so on."""
_TAG_SALT: Final = b"timebank/ledger/salt/1"
_TAG_LEAF: Final = b"timebank/ledger/leaf/2"
_TAG_EMPTY: Final = b"timebank/ledger/empty/1"
_TAG_NODE: Final = b"timebank/ledger/node/1"
_TAG_CONTENTS: Final = b"timebank/ledger/contents/1"
_TAG_CONTENTS_OWNED: Final = b"timebank/ledger/contents/2"
_NOBODY: Final = bytes(16)
Step = tuple[str, bytes]
"""A neighbour on the way to the root, after its side."""


class Head(NamedTuple):
    """How far an account's chain is, and whose it is."""

    account_id: UUID
    seq: int
    head: bytes
    owner_id: UUID | None = None
    """None: the bank's own. No leaf tells it, and so no receipt."""

    def packed(self) -> bytes:
        """How far the chain is, as it is hashed."""
        return self.account_id.bytes + _number(self.seq) + self.head

    def packed_with_owner(self) -> bytes:
        """All of it."""
        return self.packed() + (self.owner_id.bytes if self.owner_id else _NOBODY)


def leaf_salt(salt: bytes, account_id: UUID) -> bytes:
    """What one account's leaf is salted with: shown on its receipts, unlike the seal's salt."""
    return sha256(_TAG_SALT + salt + account_id.bytes).digest()


def leaf(salt: bytes, head: Head) -> bytes:
    """What the seal with this salt says of one account."""
    return sha256(_TAG_LEAF + leaf_salt(salt, head.account_id) + head.packed()).digest()


def leaves_of(salt: bytes, heads: Sequence[Head]) -> list[bytes]:
    """All leaves of a seal, in order."""
    size = LEAVES_MIN
    while size < len(heads):
        size *= GROWS_BY
    empty = (sha256(_TAG_EMPTY + salt + _number(one)) for one in range(len(heads), size))
    return sorted([*(leaf(salt, head) for head in heads), *(one.digest() for one in empty)])


def contents(salt: bytes, accounts: int, postings: int, heads: Iterable[Head]) -> bytes:
    """The digest of what a seal keeps and does not show: the counts, the heads that moved.

    And whose they are, unless they are nobody's, as in all seals from before that was kept.
    """
    kept = sorted(heads, key=Head.packed_with_owner)
    said = salt + _number(accounts) + _number(postings)
    if any(head.owner_id for head in kept):
        said = _TAG_CONTENTS_OWNED + said + b"".join(map(Head.packed_with_owner, kept))
    else:
        said = _TAG_CONTENTS + said + b"".join(map(Head.packed, kept))
    return sha256(said).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The Merkle root over leaves, of which there are a power of two."""
    level = leaves
    while len(level) > 1:
        level = _up(level)
    return level[0]


def path(leaves: Sequence[bytes], index: int) -> list[Step]:
    """The neighbours of one leaf on its way to the root, each with its side."""
    level, found = leaves, list[Step]()
    while len(level) > 1:
        neighbour = index ^ 1
        found.append(("left" if neighbour < index else "right", level[neighbour]))
        level, index = _up(level), index // 2
    return found


def climb(start: bytes, steps: Iterable[Step]) -> bytes:
    """The root that a leaf and its path lead to."""
    node = start
    for side, neighbour in steps:
        node = _node(neighbour, node) if side == "left" else _node(node, neighbour)
    return node


def _up(level: Sequence[bytes]) -> list[bytes]:
    return [_node(*level[i : i + 2]) for i in range(0, len(level), 2)]


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(_TAG_NODE + left + right).digest()


def _number(number: int) -> bytes:
    return number.to_bytes(8, "big", signed=True)  # a tampering can make it negative
