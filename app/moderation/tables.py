"""Disputes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class Dispute(Base):
    """A disagreement about one exchange."""

    __tablename__ = "dispute"
    __table_args__ = (
        ForeignKeyConstraint(
            ["bank_id", "exchange_id"], ["exchange.bank_id", "exchange.exchange_id"]
        ),
        ForeignKeyConstraint(["bank_id", "opener_id"], ["member.bank_id", "member.member_id"]),
        ForeignKeyConstraint(["bank_id", "resolved_by"], ["login.bank_id", "login.login_id"]),
        UniqueConstraint("bank_id", "exchange_id"),
        CheckConstraint("status IN ('open', 'resolved', 'appealed')", name="status"),
        CheckConstraint("outcome IN ('as_agreed', 'adjusted', 'void')", name="outcome"),
        CheckConstraint("minutes BETWEEN 1 AND 6000", name="minutes"),
        CheckConstraint(
            "num_nulls(outcome, resolution_sealed, resolved_by, resolved_at)"
            " = CASE WHEN status = 'open' THEN 4 ELSE 0 END",
            name="resolved_whole",
        ),
        Index(None, "bank_id", "status", "opened_at"),
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    dispute_id: Mapped[UUID] = mapped_column(primary_key=True)
    exchange_id: Mapped[UUID]
    opener_id: Mapped[UUID]
    status: Mapped[str]
    reason_sealed: Mapped[bytes]
    outcome: Mapped[str | None]
    minutes: Mapped[int | None]
    resolution_sealed: Mapped[bytes | None]
    """Why it was decided so: with the key of whoever opened it."""
    resolution_other_sealed: Mapped[bytes | None]
    """The same with the other side's, so that neither depends on the other's being here."""
    resolved_by: Mapped[UUID | None]
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
