"""Grants from the fund."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class Grant(Base):
    """Hours from the fund to a member, with who decided and why; append-only."""

    __tablename__ = "fund_grant"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "posting_id"], ["posting.bank_id", "posting.posting_id"]),
        UniqueConstraint("bank_id", "posting_id"),
        ForeignKeyConstraint(["bank_id", "member_id"], ["member.bank_id", "member.member_id"]),
        ForeignKeyConstraint(["bank_id", "granted_by"], ["login.bank_id", "login.login_id"]),
        CheckConstraint("minutes > 0", name="minutes"),
        Index(None, "bank_id", "member_id", "granted_at"),
        Index(None, "bank_id", "granted_at"),
        {"info": {"append_only": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    grant_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID]
    posting_id: Mapped[UUID]
    minutes: Mapped[int]
    reason_sealed: Mapped[bytes]
    granted_by: Mapped[UUID]
    granted_at: Mapped[datetime]
