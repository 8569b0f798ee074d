"""Appeals."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class Appeal(Base):
    """The appeal against the outcome of a dispute, and what became of it."""

    __tablename__ = "appeal"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "dispute_id"], ["dispute.bank_id", "dispute.dispute_id"]),
        ForeignKeyConstraint(["bank_id", "appellant_id"], ["member.bank_id", "member.member_id"]),
        ForeignKeyConstraint(["bank_id", "first_by"], ["login.bank_id", "login.login_id"]),
        ForeignKeyConstraint(["bank_id", "resolved_by"], ["login.bank_id", "login.login_id"]),
        UniqueConstraint("bank_id", "dispute_id"),
        CheckConstraint("outcome IN ('as_agreed', 'adjusted', 'void')", name="outcome"),
        CheckConstraint("minutes BETWEEN 1 AND 6000", name="minutes"),
        CheckConstraint("resolved_by <> first_by", name="another"),
        CheckConstraint(
            "num_nulls(outcome, resolution_sealed, resolution_other_sealed, resolved_by,"
            " resolved_at) IN (0, 5)",
            name="resolved_whole",
        ),
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    appeal_id: Mapped[UUID] = mapped_column(primary_key=True)
    dispute_id: Mapped[UUID]
    appellant_id: Mapped[UUID]
    first_by: Mapped[UUID]
    """Who decided the dispute."""
    reason_sealed: Mapped[bytes]
    appealed_at: Mapped[datetime]
    outcome: Mapped[str | None]
    minutes: Mapped[int | None]
    resolution_sealed: Mapped[bytes | None]
    """Why it was decided so: with the key of whoever appealed."""
    resolution_other_sealed: Mapped[bytes | None]
    """The same with the other side's."""
    resolved_by: Mapped[UUID | None]
    resolved_at: Mapped[datetime | None]
