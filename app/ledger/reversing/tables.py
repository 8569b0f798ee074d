"""What was taken back of a posting, part by part."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class Reversal(Base):
    """One part of a posting that was taken back; append-only.

    The parts of an original are a chain: each begins where the one before ended. So two that race
    cannot both begin at the same place, and together they never exceed the original.
    """

    __tablename__ = "reversal"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "original_id"], ["posting.bank_id", "posting.posting_id"]),
        ForeignKeyConstraint(["bank_id", "posting_id"], ["posting.bank_id", "posting.posting_id"]),
        ForeignKeyConstraint(
            ["bank_id", "original_id", "previous_number", "before_minutes", "original_minutes"],
            [
                "reversal.bank_id",
                "reversal.original_id",
                "reversal.number",
                "reversal.after_minutes",
                "reversal.original_minutes",
            ],
            name="fk_reversal_chain",
        ),
        UniqueConstraint(
            "bank_id",
            "original_id",
            "number",
            "after_minutes",
            "original_minutes",
            name="uq_reversal_chain",
        ),
        UniqueConstraint("bank_id", "posting_id"),
        CheckConstraint(
            "after_minutes = before_minutes + minutes AND minutes > 0"
            " AND after_minutes <= original_minutes",
            name="within_original",
        ),
        CheckConstraint(
            "CASE number WHEN 1 THEN previous_number IS NULL AND before_minutes = 0"
            " ELSE previous_number IS NOT NULL AND previous_number = number - 1"
            " AND number > 1 END",
            name="follows",
        ),
        {"info": {"append_only": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    original_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    previous_number: Mapped[int | None]
    posting_id: Mapped[UUID]
    minutes: Mapped[int]
    before_minutes: Mapped[int]
    """What was taken back before this part."""
    after_minutes: Mapped[int]
    original_minutes: Mapped[int]
