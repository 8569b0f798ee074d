"""What is held back until a moderator has read it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class Screening(Base):
    """One listing, message or text of a dispute that is held, or was."""

    __tablename__ = "screening"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "author_id"], ["member.bank_id", "member.member_id"]),
        ForeignKeyConstraint(["bank_id", "told_id"], ["member.bank_id", "member.member_id"]),
        ForeignKeyConstraint(["bank_id", "resolved_by"], ["login.bank_id", "login.login_id"]),
        CheckConstraint(
            "subject IN ('listing', 'message', 'dispute', 'statement', 'appeal')", name="subject"
        ),
        CheckConstraint("status IN ('open', 'released', 'kept')", name="status"),
        CheckConstraint(
            "num_nulls(resolved_by, resolved_at, reason_sealed)"
            " = CASE WHEN status = 'open' THEN 3 ELSE 0 END",
            name="resolved_whole",
        ),
        Index(
            "ix_screening_held",
            "bank_id",
            "subject_id",
            unique=True,
            postgresql_where=text("status <> 'released'"),
        ),
        Index("ix_screening_queue", "bank_id", "status", "held_at", "screening_id"),
        {"info": {"deletable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    screening_id: Mapped[UUID] = mapped_column(primary_key=True)
    subject: Mapped[str]
    subject_id: Mapped[UUID]
    author_id: Mapped[UUID]
    text_sealed: Mapped[bytes]
    """As it was written last."""
    signals: Mapped[list[str]]
    status: Mapped[str]
    told_id: Mapped[UUID | None]
    """Whom to tell when it is let through, about `told_of`."""
    told_of: Mapped[UUID | None]
    held_at: Mapped[datetime]
    resolved_by: Mapped[UUID | None]
    resolved_at: Mapped[datetime | None]
    reason_sealed: Mapped[bytes | None]
