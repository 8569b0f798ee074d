"""Versions of terms, and their texts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class TermsVersion(Base):
    """One version of a bank's terms."""

    __tablename__ = "terms_version"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id"], ["bank.bank_id"]),
        ForeignKeyConstraint(["bank_id", "published_by"], ["login.bank_id", "login.login_id"]),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("(published_by IS NULL) = (reason_sealed IS NULL)", name="for_a_reason"),
        {"info": {"append_only": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    published_at: Mapped[datetime]
    published_by: Mapped[UUID | None]
    """The admin's login; nobody's for the first version of a bank."""
    reason_sealed: Mapped[bytes | None]


class TermsText(Base):
    """The words of one version in one language."""

    __tablename__ = "terms_text"
    __table_args__ = (
        ForeignKeyConstraint(
            ["bank_id", "version"], ["terms_version.bank_id", "terms_version.version"]
        ),
        CheckConstraint("char_length(words) BETWEEN 1 AND 20000", name="words"),
        {"info": {"append_only": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    words: Mapped[str]
