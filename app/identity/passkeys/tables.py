"""Passkeys, and the challenges that wait for an answer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class Passkey(Base):
    """One key in one device of a login's owner."""

    __tablename__ = "passkey"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "login_id"], ["login.bank_id", "login.login_id"]),
        CheckConstraint("sign_count BETWEEN 0 AND 4294967295", name="sign_count"),
        CheckConstraint("device IN ('phone', 'tablet', 'computer', 'other')", name="device"),
        Index(None, "bank_id", "login_id"),
        {"info": {"deletable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    passkey_id: Mapped[UUID] = mapped_column(primary_key=True)
    login_id: Mapped[UUID]
    credential_sealed: Mapped[bytes]
    """The id by which the device knows it, and its public key."""
    sign_count: Mapped[int]
    """What the device counted when it last signed; 0 where it does not count."""
    device: Mapped[str]
    """With what it was made, coarsely, so that its owner recognises it."""
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PasskeyChallenge(Base):
    """What a device is asked to sign; of each login one for each purpose, gone when answered."""

    __tablename__ = "passkey_challenge"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "login_id"], ["login.bank_id", "login.login_id"]),
        CheckConstraint("purpose IN ('enrol', 'prove')", name="purpose"),
        CheckConstraint("octet_length(challenge) = 32", name="challenge"),
        Index(None, "made_at"),
        {"info": {"deletable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    login_id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(primary_key=True)
    challenge: Mapped[bytes]
    made_at: Mapped[datetime]
