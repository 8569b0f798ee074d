"""Agreements with partner banks, transfers to them and arrivals from them.

A partner is another bank, so its id stands without a foreign key: no reference leaves a bank.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class Agreement(Base):
    """This bank's own side of clearing hours with a partner; the partner has one too."""

    __tablename__ = "partner_agreement"
    __table_args__ = (
        ForeignKeyConstraint(
            ["bank_id", "partner_bank_id"], ["clearing.bank_id", "clearing.partner_bank_id"]
        ),
        ForeignKeyConstraint(["bank_id", "agreed_by"], ["login.bank_id", "login.login_id"]),
        CheckConstraint("bank_id <> partner_bank_id", name="two_banks"),
        CheckConstraint("floor_minutes <= 0 AND ceiling_minutes >= 0", name="limits"),
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    """The clearing account."""
    floor_minutes: Mapped[int]
    ceiling_minutes: Mapped[int]
    agreed_by: Mapped[UUID]
    """Who agreed, or withdrew, last."""
    agreed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Transfer(Base):
    """Hours on their way to a partner bank, or there, or back."""

    __tablename__ = "transfer"
    __table_args__ = (
        ForeignKeyConstraint(
            ["bank_id", "partner_bank_id"],
            ["partner_agreement.bank_id", "partner_agreement.partner_bank_id"],
        ),
        ForeignKeyConstraint(["bank_id", "member_id"], ["member.bank_id", "member.member_id"]),
        ForeignKeyConstraint(["bank_id", "hold_id"], ["hold.bank_id", "hold.hold_id"]),
        ForeignKeyConstraint(["bank_id", "posting_id"], ["posting.bank_id", "posting.posting_id"]),
        CheckConstraint("minutes > 0", name="minutes"),
        CheckConstraint("status IN ('sent', 'delivered', 'returned')", name="status"),
        CheckConstraint(
            "(status = 'sent') = (giver_id IS NOT NULL) AND (status = 'sent') = (ended_at IS NULL)",
            name="ended",
        ),
        Index(
            "ix_transfer_under_way",
            "bank_id",
            "look_at",
            postgresql_where=text("status = 'sent'"),
        ),
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    transfer_id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_bank_id: Mapped[UUID]
    member_id: Mapped[UUID]
    """Who received the service, and pays."""
    giver_id: Mapped[UUID | None]
    """Who gave it, in the partner bank; forgotten when the transfer ends."""
    minutes: Mapped[int]
    hold_id: Mapped[UUID]
    posting_id: Mapped[UUID]
    status: Mapped[str]
    sent_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    look_at: Mapped[datetime]
    """When to deliver it once more, should it not have ended."""


class Arrival(Base):
    """What this bank decided about a partner's transfer, once; append-only."""

    __tablename__ = "transfer_arrival"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id"], ["bank.bank_id"]),
        CheckConstraint("minutes > 0", name="minutes"),
        {"info": {"append_only": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    transfer_id: Mapped[UUID] = mapped_column(primary_key=True)
    from_bank_id: Mapped[UUID]
    minutes: Mapped[int]
    is_accepted: Mapped[bool]
    arrived_at: Mapped[datetime]
