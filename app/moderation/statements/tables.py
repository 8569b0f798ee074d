"""Statements in disputes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class Statement(Base):
    """One statement, of a party or of the moderators."""

    __tablename__ = "statement"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "dispute_id"], ["dispute.bank_id", "dispute.dispute_id"]),
        ForeignKeyConstraint(["bank_id", "member_id"], ["member.bank_id", "member.member_id"]),
        ForeignKeyConstraint(["bank_id", "login_id"], ["login.bank_id", "login.login_id"]),
        CheckConstraint("(member_id IS NULL) <> (login_id IS NULL)", name="one_author"),
        CheckConstraint("(login_id IS NULL) = (text_other_sealed IS NULL)", name="for_both"),
        Index("ix_statement_order", "bank_id", "dispute_id", "said_at", "statement_id"),
        {"info": {"deletable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    statement_id: Mapped[UUID] = mapped_column(primary_key=True)
    dispute_id: Mapped[UUID]
    member_id: Mapped[UUID | None]
    """The party who says it."""
    login_id: Mapped[UUID | None]
    """The moderator who asks."""
    text_sealed: Mapped[bytes]
    """With the key of the party who says it; what a moderator asks, of whoever opened the dispute.
    """
    text_other_sealed: Mapped[bytes | None]
    """What a moderator asks, with the other side's key: neither depends on the other's being here.
    """
    said_at: Mapped[datetime]
