"""Words that were kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class KeptWords(Base):
    """What the other side of an exchange wrote, as whoever blocked them could read it."""

    __tablename__ = "kept_words"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "keeper_id"], ["member.bank_id", "member.member_id"]),
        ForeignKeyConstraint(
            ["bank_id", "exchange_id"], ["exchange.bank_id", "exchange.exchange_id"]
        ),
        Index(None, "bank_id", "exchange_id"),
        {"info": {"unchangeable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    keeper_id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    """The message or statement, or the dispute or appeal whose reason it is."""
    exchange_id: Mapped[UUID]
    text_sealed: Mapped[bytes]
    """With the keeper's key."""
    written_at: Mapped[datetime]
