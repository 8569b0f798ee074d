"""How far the round through the books has come."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class WatchRound(Base):
    """A bank's present round, or its last."""

    __tablename__ = "watch_round"
    __table_args__ = (ForeignKeyConstraint(["bank_id"], ["bank.bank_id"]),)

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    moved_since: Mapped[datetime]
    """The accounts that moved since then are looked at."""
    began_at: Mapped[datetime]
    after_id: Mapped[UUID]
    """The accounts up to this one were looked at; in the order of their random ids."""
    is_done: Mapped[bool]
