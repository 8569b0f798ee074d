"""Recovery codes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class RecoveryCode(Base):
    """One code of one login, and how far the recovery by it has come."""

    __tablename__ = "recovery_code"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "login_id"], ["login.bank_id", "login.login_id"]),
        ForeignKeyConstraint(["bank_id", "given_by"], ["login.bank_id", "login.login_id"]),
        UniqueConstraint("bank_id", "fingerprint"),
        CheckConstraint("octet_length(fingerprint) = 32", name="fingerprint"),
        CheckConstraint("by IN ('printed', 'in_person')", name="by"),
        CheckConstraint("(by = 'in_person') = (given_by IS NOT NULL)", name="given_by_somebody"),
        CheckConstraint("(given_by IS NULL) = (reason_sealed IS NULL)", name="given_for_a_reason"),
        CheckConstraint("given_by <> login_id", name="not_by_oneself"),
        CheckConstraint("(begun_at IS NULL) = (ready_at IS NULL)", name="begun_whole"),
        Index(None, "bank_id", "login_id"),
        {"info": {"deletable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    code_id: Mapped[UUID] = mapped_column(primary_key=True)
    login_id: Mapped[UUID]
    fingerprint: Mapped[bytes]
    """Keyed hash of the code; the code itself is kept nowhere."""
    by: Mapped[str]
    given_by: Mapped[UUID | None]
    """The coordinator's login."""
    reason_sealed: Mapped[bytes | None]
    created_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    """When it was used, stopped or replaced."""
