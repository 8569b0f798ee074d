"""Flags."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class Flag(Base):
    """A member's word that something is wrong."""

    __tablename__ = "flag"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "flagger_id"], ["member.bank_id", "member.member_id"]),
        ForeignKeyConstraint(["bank_id", "flagged_id"], ["member.bank_id", "member.member_id"]),
        ForeignKeyConstraint(["bank_id", "listing_id"], ["listing.bank_id", "listing.listing_id"]),
        ForeignKeyConstraint(
            ["bank_id", "exchange_id"], ["exchange.bank_id", "exchange.exchange_id"]
        ),
        ForeignKeyConstraint(["bank_id", "resolved_by"], ["login.bank_id", "login.login_id"]),
        CheckConstraint("(listing_id IS NULL) <> (exchange_id IS NULL)", name="one_subject"),
        CheckConstraint("flagger_id <> flagged_id", name="not_own"),
        CheckConstraint("status IN ('open', 'upheld', 'dismissed')", name="status"),
        CheckConstraint(
            "num_nulls(resolution_sealed, resolved_by, resolved_at)"
            " = CASE WHEN status = 'open' THEN 3 ELSE 0 END",
            name="resolved_whole",
        ),
        Index("ix_flag_queue", "bank_id", "status", "flagged_at", "flag_id"),
        Index("ix_flag_flagger", "bank_id", "flagger_id", "status"),
        {"info": {"deletable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    flag_id: Mapped[UUID] = mapped_column(primary_key=True)
    flagger_id: Mapped[UUID]
    flagged_id: Mapped[UUID]
    """Whose it is: the listing's author, or the other side of the exchange."""
    listing_id: Mapped[UUID | None]
    exchange_id: Mapped[UUID | None]
    reason_sealed: Mapped[bytes]
    evidence_sealed: Mapped[bytes]
    """What there was to be seen, as it was."""
    status: Mapped[str]
    flagged_at: Mapped[datetime]
    resolution_sealed: Mapped[bytes | None]
    resolved_by: Mapped[UUID | None]
    resolved_at: Mapped[datetime | None]
