"""Whose accounts are, and the record of changes on them."""

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


class AccountOwner(Base):
    """Whose a member's account is, written when it is opened; append-only.

    `member.account_id` can say nothing else, by a foreign key; so nobody's account can be given to
    another with what the application may do. Only an account of kind `member` has an owner.
    """

    __tablename__ = "account_owner"
    __table_args__ = (
        ForeignKeyConstraint(
            ["bank_id", "account_id", "kind"],
            ["account.bank_id", "account.account_id", "account.kind"],
        ),
        ForeignKeyConstraint(
            ["bank_id", "member_id"],
            ["member.bank_id", "member.member_id"],
            use_alter=True,  # a member names their account, and an owner who has it
        ),
        UniqueConstraint("bank_id", "member_id"),
        UniqueConstraint("bank_id", "account_id", "member_id"),
        CheckConstraint("kind = 'member'", name="kind"),
        {"info": {"append_only": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID]
    kind: Mapped[str]


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
