"""The record of changes on accounts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class AccountChange(Base):
    """One change of an account that is no posting; append-only, numbered on each account."""

    __tablename__ = "account_change"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "account_id"], ["account.bank_id", "account.account_id"]),
        ForeignKeyConstraint(["bank_id", "deed_id"], ["deed.bank_id", "deed.deed_id"]),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("kind IN ('closed', 'limits')", name="kind"),
        CheckConstraint(
            "(kind = 'limits') = (policy_floor_minutes IS NOT NULL)"
            " AND (kind = 'limits' OR policy_ceiling_minutes IS NULL)",
            name="limits",
        ),
        {"info": {"append_only": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    deed_id: Mapped[UUID]
    kind: Mapped[str]
    changed_at: Mapped[datetime]
    policy_floor_minutes: Mapped[int | None]
    policy_ceiling_minutes: Mapped[int | None]


class Clearing(Base):
    """Which account of a bank clears its hours with which other bank; append-only."""

    __tablename__ = "clearing"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "account_id"], ["account.bank_id", "account.account_id"]),
        UniqueConstraint("bank_id", "account_id"),
        CheckConstraint("bank_id <> partner_bank_id", name="two_banks"),
        {"info": {"append_only": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
