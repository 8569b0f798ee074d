"""Changes of e-mail that wait for their time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class EmailChange(Base):
    """The e-mail that a login is to have; the row goes when it has it, or when it was stopped."""

    __tablename__ = "email_change"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "login_id"], ["login.bank_id", "login.login_id"]),
        CheckConstraint("octet_length(email_fingerprint) = 32", name="email_fingerprint"),
        CheckConstraint("ready_at > asked_at", name="waits"),
        {"info": {"deletable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    login_id: Mapped[UUID] = mapped_column(primary_key=True)
    email_fingerprint: Mapped[bytes]
    email_sealed: Mapped[bytes]
    password_hash: Mapped[str]
    """Of the same password, with the salt that the new address has."""
    asked_at: Mapped[datetime]
    ready_at: Mapped[datetime]
