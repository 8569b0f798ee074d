"""Exchanges and the messages between their parties."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base

_STATUSES = (
    "'proposed', 'accepted', 'delivered', 'settled', 'disputed', 'declined', 'cancelled', 'expired'"
)


class Exchange(Base):
    """One exchange, from proposal to settlement."""

    __tablename__ = "exchange"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "listing_id"], ["listing.bank_id", "listing.listing_id"]),
        ForeignKeyConstraint(["bank_id", "giver_id"], ["member.bank_id", "member.member_id"]),
        ForeignKeyConstraint(["bank_id", "receiver_id"], ["member.bank_id", "member.member_id"]),
        ForeignKeyConstraint(
            ["bank_id", "meeting_point"], ["meeting_point.bank_id", "meeting_point.slug"]
        ),
        ForeignKeyConstraint(["bank_id", "hold_id"], ["hold.bank_id", "hold.hold_id"]),
        UniqueConstraint("bank_id", "hold_id"),
        CheckConstraint("giver_id <> receiver_id", name="two_people"),
        CheckConstraint("proposer_id IN (giver_id, receiver_id)", name="proposer_is_party"),
        CheckConstraint(f"status IN ({_STATUSES})", name="status"),
        CheckConstraint("minutes BETWEEN 1 AND 6000", name="minutes"),
        CheckConstraint("delivered_minutes BETWEEN 1 AND 6000", name="delivered_minutes"),
        CheckConstraint("settled_minutes BETWEEN 1 AND 6000", name="settled_minutes"),
        CheckConstraint(
            "status NOT IN ('accepted', 'delivered') OR hold_id IS NOT NULL", name="holds"
        ),
        CheckConstraint(
            "status <> 'settled' OR (settled_minutes IS NOT NULL AND settled_at IS NOT NULL)",
            name="settled_whole",
        ),
        CheckConstraint(
            "status NOT IN ('proposed', 'accepted') OR expires_at IS NOT NULL", name="ends"
        ),
        CheckConstraint(
            "unseen_by IS NULL OR"
            " (unseen_by IN (giver_id, receiver_id) AND unseen_by <> proposer_id)",
            name="unseen_by",
        ),
        CheckConstraint(
            "unseen_by IS NULL OR status IN ('proposed', 'cancelled', 'expired')",
            name="unseen_stays",
        ),
        Index("ix_exchange_giver", "bank_id", "giver_id", "created_at"),
        Index("ix_exchange_receiver", "bank_id", "receiver_id", "created_at"),
        Index(
            "ix_exchange_open",
            "bank_id",
            "expires_at",
            postgresql_where=text("status IN ('proposed', 'accepted')"),
        ),
        Index(
            "ix_exchange_unanswered",
            "bank_id",
            "look_at",
            postgresql_where=text("status = 'delivered'"),
        ),
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    exchange_id: Mapped[UUID] = mapped_column(primary_key=True)
    listing_id: Mapped[UUID]
    giver_id: Mapped[UUID]
    receiver_id: Mapped[UUID]
    proposer_id: Mapped[UUID]
    """Who made the last proposal; the other side's answer is awaited."""
    unseen_by: Mapped[UUID | None]
    """The other side, where the proposer was hidden from them: it never exists for them."""
    status: Mapped[str]
    minutes: Mapped[int]
    """The agreed minutes."""
    delivered_minutes: Mapped[int | None]
    settled_minutes: Mapped[int | None]
    """What moved in the end; null when nothing did, or when it was taken back."""
    starts_at: Mapped[datetime | None]
    meeting_point: Mapped[str | None]
    hold_id: Mapped[UUID | None]
    settlement_id: Mapped[UUID | None]
    """The posting that moved the minutes, as it stands after any correction."""
    reason_sealed: Mapped[bytes | None]
    """Why it was declined or cancelled."""
    version: Mapped[int]
    created_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    """When an unanswered proposal or an undelivered agreement ends by itself."""
    look_at: Mapped[datetime | None]
    """When to tell a coordinator that a delivery is not answered; null: never, or told."""


class Message(Base):
    """A message between the two parties, sealed."""

    __tablename__ = "message"
    __table_args__ = (
        ForeignKeyConstraint(
            ["bank_id", "exchange_id"], ["exchange.bank_id", "exchange.exchange_id"]
        ),
        ForeignKeyConstraint(["bank_id", "author_id"], ["member.bank_id", "member.member_id"]),
        Index(None, "bank_id", "exchange_id", "sent_at"),
        {"info": {"unchangeable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    exchange_id: Mapped[UUID]
    author_id: Mapped[UUID]
    text_sealed: Mapped[bytes]
    sent_at: Mapped[datetime]
