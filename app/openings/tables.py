"""Openings, the heads of the chains, and the months in which everybody's records were opened."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base

BY_BYTES = 76
"""Nonce, login's id and padded role, tag."""


class Opening(Base):
    """One look of the staff at one person; append-only."""

    __tablename__ = "opening"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "member_id"], ["member.bank_id", "member.member_id"]),
        UniqueConstraint("bank_id", "seq"),
        CheckConstraint("seq > 0", name="seq"),
        CheckConstraint("octet_length(digest) = 32", name="digest"),
        CheckConstraint(f"octet_length(by_sealed) = {BY_BYTES}", name="by_one_length"),
        CheckConstraint(
            "kind IN ('lookup', 'record', 'application', 'limits', 'recovery', 'emergency',"
            " 'dispute', 'screening', 'alert', 'contact', 'flag', 'flagged',"
            " 'exchange')",
            name="kind",
        ),
        Index(None, "bank_id", "member_id", "seq"),
        Index(None, "bank_id", "opened_at"),
        {"info": {"append_only": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    opening_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int]
    member_id: Mapped[UUID]
    kind: Mapped[str]
    by_sealed: Mapped[bytes]
    """Who looked, and in which role; sealed with a key of the installation."""
    reason_sealed: Mapped[bytes | None]
    opened_at: Mapped[datetime]
    digest: Mapped[bytes]
    """Over everything above and the digest of the opening before it."""


class OpeningChain(Base):
    """How long one of a bank's chains is, and its head; who appends holds this row."""

    __tablename__ = "opening_chain"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id"], ["bank.bank_id"]),
        CheckConstraint("chain IN ('openings', 'sealed')", name="chain"),
        CheckConstraint("seq >= 0", name="seq"),
        CheckConstraint("octet_length(head) = 32", name="head"),
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    chain: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int]
    head: Mapped[bytes]


class OpeningMonth(Base):
    """In this month staff opened or wrote records that are kept of everybody; whose, it says not.

    Approval writes such a record too, so there is hardly a month without.
    """

    __tablename__ = "opening_month"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id"], ["bank.bank_id"]),
        CheckConstraint("extract(day FROM month) = 1", name="first_day"),
        {"info": {"append_only": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
