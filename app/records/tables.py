"""Emergencies."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class Emergency(Base):
    """Somebody must be reached outside: asked for by one, released by another, reviewed."""

    __tablename__ = "emergency"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "member_id"], ["member.bank_id", "member.member_id"]),
        ForeignKeyConstraint(["bank_id", "asked_by"], ["login.bank_id", "login.login_id"]),
        ForeignKeyConstraint(["bank_id", "released_by"], ["login.bank_id", "login.login_id"]),
        ForeignKeyConstraint(["bank_id", "reviewed_by"], ["login.bank_id", "login.login_id"]),
        CheckConstraint("released_by <> asked_by AND reviewed_by <> asked_by", name="two_people"),
        CheckConstraint("reviewed_by <> released_by", name="another_reviews"),
        CheckConstraint(
            "num_nulls(released_by, released_at) IN (0, 2)"
            " AND num_nulls(reviewed_by, reviewed_at, finding_sealed) IN (0, 3)",
            name="steps_whole",
        ),
        CheckConstraint("reviewed_at IS NULL OR released_at IS NOT NULL", name="in_order"),
        Index(None, "bank_id", "asked_by", "asked_at"),
        Index(None, "bank_id", "asked_at"),
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    emergency_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID]
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    reason_sealed: Mapped[bytes]
    released_by: Mapped[UUID | None]
    released_at: Mapped[datetime | None]
    reviewed_by: Mapped[UUID | None]
    reviewed_at: Mapped[datetime | None]
    finding_sealed: Mapped[bytes | None]
