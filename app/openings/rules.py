"""What is an opening, and how the chain of them is made."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

ORIGIN: Final = bytes(32)
"""The head of a chain that has no link yet."""


class OpeningKind(StrEnum):
    """What was looked at."""

    LOOKUP = "lookup"
    """Found by e-mail, alias or sign-in code."""
    RECORD = "record"
    DISPUTE = "dispute"
    SCREENING = "screening"
    """A text of theirs was held and decided on."""
    SEALED = "sealed"
    CONTACT = "contact"
    """The address, in an emergency that a second person released."""


@dataclass(frozen=True)
class Link:
    """One opening, as it is hashed."""

    seq: int
    opening_id: UUID
    member_id: UUID
    login_id: UUID
    role: str
    kind: str
    reason_sealed: bytes | None
    opened_at: datetime

    def digest(self, head: bytes) -> bytes:
        """The head of the chain with this link, over the head before it."""
        reason = "-" if self.reason_sealed is None else self.reason_sealed.hex()
        facts = (
            *(str(self.seq), str(self.opening_id), str(self.member_id), str(self.login_id)),
            *(self.role, self.kind, reason, self.opened_at.isoformat()),
        )
        return hashlib.sha256(head + "\n".join(facts).encode()).digest()
