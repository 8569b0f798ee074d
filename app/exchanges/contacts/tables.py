"""Attempts to get in touch."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class ContactAttempt(Base):
    """Somebody proposed to somebody, or tried to go on; kept only where the bank limits that."""

    __tablename__ = "contact_attempt"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "member_id"], ["member.bank_id", "member.member_id"]),
        ForeignKeyConstraint(["bank_id", "to_id"], ["member.bank_id", "member.member_id"]),
        Index(None, "bank_id", "member_id", "tried_at"),
        Index(None, "tried_at"),
        {"info": {"deletable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    attempt_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID]
    to_id: Mapped[UUID]
    refused: Mapped[bool]
    tried_at: Mapped[datetime]
