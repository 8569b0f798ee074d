"""What is an opening, and how the chain of them is made."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from app.kit.errors import Conflict, Said

ORIGIN: Final = bytes(32)
"""The head of a chain that has no link yet."""


LISTED_AGAIN: Final = timedelta(days=1)
"""Whom a list shows to the same person again within this, was looked at once."""


class ChainName(StrEnum):
    """The chains that each bank has; whoever lengthens both takes `sealed` first."""

    SEALED = "sealed"
    OPENINGS = "openings"


class OpeningKind(StrEnum):
    """What was looked at."""

    LOOKUP = "lookup"
    """Found by e-mail, alias or sign-in code."""
    RECORD = "record"
    APPLICATION = "application"
    """Read among those who wait, and decided on."""
    LIMITS = "limits"
    RECOVERY = "recovery"
    """A code to get back in was given at the desk."""
    EMERGENCY = "emergency"
    """Why somebody has to reach them, read by a second person."""
    DISPUTE = "dispute"
    EXCHANGE = "exchange"
    """One that nobody confirms, that settled short or is disputed, read to ask the two."""
    SCREENING = "screening"
    """A text of theirs was held, and read. Not shown to them: who is held must not be able to tell.
    """
    FLAG = "flag"
    """What they flagged themselves."""
    FLAGGED = "flagged"
    """What somebody else flagged of theirs. Not shown to them either."""
    ALERT = "alert"
    """A pattern in the books was looked at; not shown to them either."""
    CONTACT = "contact"
    """The address, in an emergency that a second person released."""


UNSEEN: Final = frozenset({OpeningKind.SCREENING, OpeningKind.FLAGGED, OpeningKind.ALERT})
"""Looks that are written down as all others, but not shown to whom they are about."""


class Concerned(Conflict):
    """Staff cannot act on people with whom they have something of their own.

    The answer is the same for oneself, for a block either way and for an exchange there ever was:
    it must not tell somebody that they are blocked.
    """

    said: ClassVar = {
        "en": Said("You are concerned", "Somebody else of the staff has to do this."),
        "sl": Said("To se tiče vas", "To mora narediti nekdo drug od osebja."),
    }


class ShownRole(StrEnum):
    """By whom a look was, as it is shown: it follows from what was looked at, not from who did."""

    STAFF = "staff"
    MODERATOR = "moderator"


class ShownReason(StrEnum):
    """Why the records that are kept of everybody are opened, as it is shown."""

    SUPPORT = "support"


def shown_role(kind: OpeningKind) -> ShownRole:
    """The role to show: a case worker's look must not differ from a coordinator's."""
    by_moderators = kind in {OpeningKind.DISPUTE, OpeningKind.FLAG}
    return ShownRole.MODERATOR if by_moderators else ShownRole.STAFF


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
