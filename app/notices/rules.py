"""The kinds of notice. A notice says that something is there to be read, never what it says."""

from enum import StrEnum


class NoticeKind(StrEnum):
    """What a notice is about."""

    HOURS_SENT = "hours_sent"
    """A coordinator sent hours of mine to a partner bank, for a service that I received there."""
    HOURS_RETURNED = "hours_returned"
    HOURS_RECEIVED = "hours_received"
    TRANSFER_ENDED = "transfer_ended"
    APPLICATION_WAITING = "application_waiting"
    APPLICATION_APPROVED = "application_approved"
    EXCHANGE_CHANGED = "exchange_changed"
    EXCHANGE_SETTLED_SHORT = "exchange_settled_short"
    """More was delivered than could be settled; the coordinator should look."""
    HOURS_GRANTED = "hours_granted"
    DISPUTE_OPENED = "dispute_opened"
    DISPUTE_RESOLVED = "dispute_resolved"
