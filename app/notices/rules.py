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
    EMERGENCY_ASKED = "emergency_asked"
    EMERGENCY_RELEASED = "emergency_released"
    SCREENING_WAITING = "screening_waiting"
    HOURS_GRANTED = "hours_granted"
    GROUP_SESSION_POSTED = "group_session_posted"
    POSTING_PUT_RIGHT = "posting_put_right"
    RECOVERY_BEGUN = "recovery_begun"
    """Somebody is recovering the member's login; it can be stopped in time."""
    SESSION_ENDED = "session_ended"
    """A session of the member's was ended for safety: its tokens were in two hands."""
    SAFEGUARDING_ALERT = "safeguarding_alert"
    """Somebody joined whom a member had blocked before; its subject is the newcomer."""
    ALERT_WAITING = "alert_waiting"
    DISPUTE_OPENED = "dispute_opened"
    DISPUTE_RESOLVED = "dispute_resolved"
