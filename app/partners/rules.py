"""The rules of clearing hours between banks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from app.kit.errors import Conflict, Said

LOOK_AGAIN_AFTER: Final = timedelta(hours=1)
"""A transfer that has not ended by then is delivered once more; that does no harm."""
LOOKED_AT_MAX: Final = 500
"""So many transfers of one bank are delivered once more at a time; the others an hour later."""
PARTNERS_MAX: Final = 100


class TransferStatus(StrEnum):
    """How far a transfer is."""

    SENT = "sent"
    DELIVERED = "delivered"
    RETURNED = "returned"
    """The partner could not take it. It does not say why: that would tell who is a member there."""


class NotPartners(Conflict):
    """The two banks have not both agreed; an unknown bank is answered alike."""

    said: ClassVar = {
        "en": Said("Not a partner bank", "Admins of both banks have to agree first."),
        "sl": Said("To ni partnerska banka", "Najprej se morajo dogovoriti skrbniki obeh bank."),
    }


class OwnBank(Conflict):
    """A bank is no partner of its own."""

    said: ClassVar = {
        "en": Said("This is your own bank"),
        "sl": Said("To je vaša banka"),
    }


class TooManyPartners(Conflict):
    """A bank has so many agreements at most."""

    said: ClassVar = {
        "en": Said("Too many partner banks", "At most {partners_max} are possible."),
        "sl": Said("Preveč partnerskih bank", "Mogočih je največ {partners_max}."),
    }


class OverPartnerLimit(Conflict):
    """More hours would go to the partner than this bank's agreement allows."""

    said: ClassVar = {
        "en": Said("Over the limit for this bank", "{left_minutes} minutes can still be sent."),
        "sl": Said("Nad mejo za to banko", "Poslati je mogoče še {left_minutes} minut."),
    }


@dataclass(frozen=True)
class Limits:
    """How far the clearing account may go, in minutes: what we may be short of, and over."""

    floor: int
    """At most so much may have come from the partner more than went there; 0 or less."""
    ceiling: int
    """At most so much may have gone to the partner more than came from there."""


@dataclass(frozen=True)
class Message:
    """What one bank tells the other: who is to be credited there, how much, once."""

    transfer_id: UUID
    from_bank_id: UUID
    to_bank_id: UUID
    giver_id: UUID
    minutes: int
    posted_at: datetime
    """When the hours left: the second deed happened when the first was posted."""


def left_to_send(limits: Limits, balance: int) -> int:
    """How many minutes may still go to the partner."""
    return max(0, limits.ceiling - balance)
