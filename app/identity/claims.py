"""What an access token says, as a value."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

ACCESS_SECONDS_MAX = 600


@dataclass(frozen=True, slots=True)
class Access:
    """What an access token says. Times are UTC; fractions of a second are cut when issued."""

    issuer: str
    bank_id: UUID
    login_id: UUID
    session_id: UUID
    token_id: UUID
    issued_at: datetime
    expires_at: datetime

    def __post_init__(self) -> None:
        if {self.issued_at.utcoffset(), self.expires_at.utcoffset()} != {timedelta(0)}:
            raise ValueError("times are aware and in UTC")
        life = self.expires_at - self.issued_at
        if not timedelta(seconds=1) <= life <= timedelta(seconds=ACCESS_SECONDS_MAX):
            raise ValueError(f"an access token lives 1 to {ACCESS_SECONDS_MAX} seconds")
