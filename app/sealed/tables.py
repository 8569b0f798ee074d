"""The sealed records, and the trace of what was done with them."""

from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base

BOX_BYTES: Final = 60
"""Nonce, 32 bytes of record, tag."""
TRACE_BYTES: Final = 2_071
"""Nonce, 2,043 bytes of trace, tag."""


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
    """Somebody began, read or wrote a record: whose, who, when and why are in the box."""

    __tablename__ = "sealed_opening"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id"], ["bank.bank_id"]),
        CheckConstraint("seq > 0", name="seq"),
        CheckConstraint(f"octet_length(box) = {TRACE_BYTES}", name="one_length"),
        CheckConstraint("octet_length(digest) = 32", name="digest"),
        {"info": {"append_only": True, "staffs": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    box: Mapped[bytes]
    digest: Mapped[bytes]
    """Over the box and the digest of the row before it."""
