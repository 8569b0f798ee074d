"""What a deed is about: an exchange, or a transfer between banks, by its kind."""

from typing import Final, NamedTuple
from uuid import UUID

TRANSFER_KINDS: Final = frozenset(
    {"transfer", "transfer_in", "transfer_delivered", "transfer_returned"}
)
"""Deeds of the part `partners`; every other deed with a subject is about an exchange."""


class Subject(NamedTuple):
    """At most one of the two."""

    exchange_id: UUID | None
    transfer_id: UUID | None

    @classmethod
    def of(cls, kind: str, subject_id: UUID | None) -> "Subject":
        """What a deed of this kind with this `subject_id` is about."""
        is_transfer = kind in TRANSFER_KINDS
        return cls(None, subject_id) if is_transfer else cls(subject_id, None)
