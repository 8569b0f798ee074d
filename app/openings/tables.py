"""Openings, and the head of their chain."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class Opening(Base):
    """One look of the staff at one person; append-only."""

    __tablename__ = "opening"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "member_id"], ["member.bank_id", "member.member_id"]),
        ForeignKeyConstraint(["bank_id", "login_id"], ["login.bank_id", "login.login_id"]),
        UniqueConstraint("bank_id", "seq"),
        CheckConstraint("seq > 0", name="seq"),
        CheckConstraint("octet_length(digest) = 32", name="digest"),
        CheckConstraint(
            "kind IN ('lookup', 'record', 'dispute', 'screening', 'sealed', 'contact', 'flag')",
            name="kind",
        ),
        Index(None, "bank_id", "member_id", "seq"),
        Index(None, "bank_id", "login_id", "opened_at"),
        {"info": {"append_only": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    opening_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int]
    member_id: Mapped[UUID]
    login_id: Mapped[UUID]
    role: Mapped[str]
    kind: Mapped[str]
    reason_sealed: Mapped[bytes | None]
    opened_at: Mapped[datetime]
    digest: Mapped[bytes]
    """Over everything above and the digest of the opening before it."""


class OpeningChain(Base):
    """How long a bank's chain is, and its head; who appends holds this row."""

    __tablename__ = "opening_chain"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id"], ["bank.bank_id"]),
        CheckConstraint("seq >= 0", name="seq"),
        CheckConstraint("octet_length(head) = 32", name="head"),
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int]
    head: Mapped[bytes]
