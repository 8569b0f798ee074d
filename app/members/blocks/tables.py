"""Blocks, contact blocks, and how often somebody tried the second."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class Block(Base):
    """The first is hidden from the second; where they named them, the second from the first too."""

    __tablename__ = "block"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "blocker_id"], ["member.bank_id", "member.member_id"]),
        CheckConstraint("blocker_id <> blocked_id", name="not_oneself"),
        Index(None, "bank_id", "blocked_id", "blocker_id"),
        {"info": {"deletable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    blocker_id: Mapped[UUID] = mapped_column(primary_key=True)
    blocked_id: Mapped[UUID] = mapped_column(primary_key=True)
    """Whatever id was named. No foreign key: it must not tell who exists."""
    cause_id: Mapped[UUID] = mapped_column(primary_key=True)
    """The blocked id itself, or the contact block that this one follows from."""
    alias_sealed: Mapped[bytes | None]
    """What the blocker saw of the other at that moment, with the blocker's key."""
    created_at: Mapped[datetime]


class ContactBlock(Base):
    """Somebody blocked by an e-mail or a telephone; it may be nobody's yet."""

    __tablename__ = "contact_block"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "blocker_id"], ["member.bank_id", "member.member_id"]),
        UniqueConstraint("bank_id", "blocker_id", "fingerprint"),
        CheckConstraint("kind IN ('email', 'phone')", name="kind"),
        CheckConstraint("octet_length(fingerprint) = 32", name="fingerprint"),
        Index(None, "bank_id", "fingerprint"),
        {"info": {"deletable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    block_id: Mapped[UUID] = mapped_column(primary_key=True)
    blocker_id: Mapped[UUID]
    kind: Mapped[str]
    fingerprint: Mapped[bytes]
    """Keyed hash; the address or number itself is not kept."""
    created_at: Mapped[datetime]


class ContactBlockAttempt(Base):
    """Somebody blocked a contact, new or not: for counting."""

    __tablename__ = "contact_block_attempt"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "blocker_id"], ["member.bank_id", "member.member_id"]),
        Index(None, "bank_id", "blocker_id", "tried_at"),
        Index(None, "tried_at"),
        {"info": {"deletable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    attempt_id: Mapped[UUID] = mapped_column(primary_key=True)
    blocker_id: Mapped[UUID]
    tried_at: Mapped[datetime]
