"""The second factor of a login."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class Totp(Base):
    """A device that shows codes; it counts once a first code has confirmed it."""

    __tablename__ = "totp"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "login_id"], ["login.bank_id", "login.login_id"]),
        CheckConstraint("failures >= 0", name="failures"),
        {"info": {"deletable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    login_id: Mapped[UUID] = mapped_column(primary_key=True)
    seed_sealed: Mapped[bytes]
    last_step: Mapped[int]
    """The newest step whose code was used; 0 before the first."""
    failures: Mapped[int]
    """Wrong codes since the last right one."""
    failed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
