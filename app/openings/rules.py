"""What is an opening, and how the chain of them is made."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

ORIGIN: Final = bytes(32)
"""The head of a chain that has no link yet."""


class ChainName(StrEnum):
    """The chains that each bank has; whoever lengthens both takes `sealed` first."""

    SEALED = "sealed"
    OPENINGS = "openings"


class OpeningKind(StrEnum):
    """What was looked at."""

    LOOKUP = "lookup"
    """Found by e-mail, alias or sign-in code."""
    RECORD = "record"
    DISPUTE = "dispute"
    SCREENING = "screening"
    """A text of theirs was held and decided on."""
    CONTACT = "contact"
    """The address, in an emergency that a second person released."""


class ShownRole(StrEnum):
    """By whom a look was, as it is shown: it follows from what was looked at, not from who did."""

    STAFF = "staff"
    MODERATOR = "moderator"


class ShownReason(StrEnum):
    """Why the records that are kept of everybody are opened, as it is shown."""

    SUPPORT = "support"


_MODERATORS: Final = frozenset({OpeningKind.DISPUTE, OpeningKind.SCREENING})


def shown_role(kind: OpeningKind) -> ShownRole:
    """The role to show: a case worker's look must not differ from a coordinator's."""
    return ShownRole.MODERATOR if kind in _MODERATORS else ShownRole.STAFF


@dataclass(frozen=True)
class Link:
    """One opening, as it is hashed."""

    seq: int
    opening_id: UUID
    member_id: UUID
    kind: str
    by_sealed: bytes
    reason_sealed: bytes | None
    opened_at: datetime

    def facts(self) -> bytes:
        """All of it, as it is hashed over the head of the chain before it."""
        reason = "-" if self.reason_sealed is None else self.reason_sealed.hex()
        facts = (
            *(str(self.seq), str(self.opening_id), str(self.member_id), self.kind),
            *(self.by_sealed.hex(), reason, self.opened_at.isoformat()),
        )
        return "\n".join(facts).encode()


def linked(head: bytes, facts: bytes) -> bytes:
    """The head of a chain with one more link."""
    return hashlib.sha256(head + facts).digest()
