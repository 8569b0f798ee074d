"""The sealed records, and who opened them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base

BOX_BYTES = 60
"""Nonce, 32 bytes of record, tag."""


class SealedRecord(Base):
    """One member's record. No time and no version: a change must leave no trace to compare."""

    __tablename__ = "sealed_record"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "member_id"], ["member.bank_id", "member.member_id"]),
        CheckConstraint(f"octet_length(box) = {BOX_BYTES}", name="one_length"),
        {"info": {"sealed": True, "staffs": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    box: Mapped[bytes]


class SealedOpening(Base):
    """Somebody read or wrote a record, and said why; append-only."""

    __tablename__ = "sealed_opening"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "member_id"], ["member.bank_id", "member.member_id"]),
        ForeignKeyConstraint(["bank_id", "login_id"], ["login.bank_id", "login.login_id"]),
        CheckConstraint("opening IN ('read', 'written')", name="opening"),
        Index(None, "bank_id", "member_id", "opened_at"),
        {"info": {"append_only": True, "staffs": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    opening_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID]
    login_id: Mapped[UUID]
    opening: Mapped[str]
    reason_sealed: Mapped[bytes]
    opened_at: Mapped[datetime]
