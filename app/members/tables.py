"""Members of a bank."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class Member(Base):
    """A person or organisation who takes part in a bank, or has asked to."""

    __tablename__ = "member"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id"], ["bank.bank_id"]),
        ForeignKeyConstraint(
            ["bank_id", "account_id", "member_id"],
            ["account_owner.bank_id", "account_owner.account_id", "account_owner.member_id"],
        ),
        ForeignKeyConstraint(
            ["bank_id", "decided_by"],
            ["login.bank_id", "login.login_id"],
            use_alter=True,  # a login names its member, and a member who decided on it
        ),
        UniqueConstraint("bank_id", "account_id"),
        CheckConstraint("status IN ('applicant', 'active', 'rejected', 'left')", name="status"),
        CheckConstraint("kind IN ('person', 'organisation')", name="kind"),
        CheckConstraint("level BETWEEN 0 AND 3", name="level"),
        CheckConstraint("char_length(alias) BETWEEN 1 AND 40", name="alias"),
        CheckConstraint("cardinality(languages) BETWEEN 1 AND 12", name="languages"),
        CheckConstraint("status <> 'active' OR account_id IS NOT NULL", name="active_has_account"),
        CheckConstraint(
            "(status = 'applicant') = (decided_at IS NULL)", name="decided_once_not_applicant"
        ),
        CheckConstraint("forgotten_at IS NULL OR status = 'left'", name="forgotten_left"),
        Index(
            "ix_member_forgotten",
            "bank_id",
            "forgotten_at",
            postgresql_where=text("forgotten_at IS NOT NULL"),
        ),
        Index(
            "ix_member_waiting",
            "bank_id",
            "requested_at",
            "member_id",
            postgresql_where=text("status = 'applicant'"),
        ),
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    status: Mapped[str]
    alias: Mapped[str]
    languages: Mapped[list[str]]
    """Languages the member can use; for matching only, never shown to others."""
    account_id: Mapped[UUID | None]
    level: Mapped[int]
    """How well the staff know them (`rules.Level`); shown in the export alone."""
    terms_version: Mapped[int]
    version: Mapped[int]
    requested_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decision_reason_sealed: Mapped[bytes | None]
    invitation_sealed: Mapped[bytes | None]
    """Who invited them, as they told; for the coordinator who decides, and nobody else."""
    forgotten_at: Mapped[datetime | None]
    """When the row was emptied, after leaving or a rejection; the data key goes with it."""
