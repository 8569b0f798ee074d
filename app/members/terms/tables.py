"""Acceptances of terms."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class TermsAcceptance(Base):
    """A member has accepted one version; the newest is also in the member's own row."""

    __tablename__ = "terms_acceptance"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "member_id"], ["member.bank_id", "member.member_id"]),
        ForeignKeyConstraint(
            ["bank_id", "version"], ["terms_version.bank_id", "terms_version.version"]
        ),
        {"info": {"unchangeable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    accepted_at: Mapped[datetime]
