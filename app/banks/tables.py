"""The bank and its lists."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base

_OPENING_CREDIT_MAX = 1_200


class Bank(Base):
    """One time bank."""

    __tablename__ = "bank"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("slug ~ '^[a-z0-9]+([-_][a-z0-9]+)*$'", name="slug"),
        CheckConstraint("preset IN ('neighbours', 'sheltered')", name="preset"),
        CheckConstraint("cardinality(languages) BETWEEN 1 AND 12", name="languages"),
        CheckConstraint("terms_version > 0", name="terms_version"),
        CheckConstraint("floor_minutes <= 0", name="floor_minutes"),
        CheckConstraint("ceiling_minutes >= 0", name="ceiling_minutes"),
        CheckConstraint(
            f"opening_credit_minutes BETWEEN 0 AND {_OPENING_CREDIT_MAX}"
            " AND opening_credit_minutes <= ceiling_minutes",
            name="opening_credit",
        ),
        CheckConstraint("grant_cap_minutes >= 0 AND grant_budget_minutes >= 0", name="grants"),
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    preset: Mapped[str]
    time_zone: Mapped[str]
    languages: Mapped[list[str]]
    terms_version: Mapped[int]
    floor_minutes: Mapped[int]
    """The hard floor of a new member's account; a member may receive before giving."""
    ceiling_minutes: Mapped[int | None]
    """The hard ceiling likewise; null: none."""
    opening_credit_minutes: Mapped[int]
    """What everybody is given when they become a member, from the issuing account."""
    grant_cap_minutes: Mapped[int]
    """The most that one person gets from the fund within a year."""
    grant_budget_minutes: Mapped[int]
    """The most that the fund grants in a month."""
    created_at: Mapped[datetime]


class BankChange(Base):
    """Somebody changed the bank's rules: who, when, why, and what was before; append-only."""

    __tablename__ = "bank_change"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "login_id"], ["login.bank_id", "login.login_id"]),
        CheckConstraint("before <> after", name="changes_something"),
        Index(None, "bank_id", "changed_at", "change_id"),
        {"info": {"append_only": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    change_id: Mapped[UUID] = mapped_column(primary_key=True)
    login_id: Mapped[UUID]
    reason_sealed: Mapped[bytes]
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """What was changed, by column, as it was; `after` has the same names."""
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    changed_at: Mapped[datetime]


class BankSafety(Base):
    """What a bank does for the safety of its members (`rules.Safety`), one row a bank."""

    __tablename__ = "bank_safety"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id"], ["bank.bank_id"]),
        CheckConstraint("contacts_new_max > 0 AND contacts_max > 0", name="contacts"),
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    vetting_ladder: Mapped[bool]
    first_listings_read: Mapped[bool]
    screening: Mapped[bool]
    contacts_new_max: Mapped[int | None]
    contacts_max: Mapped[int | None]
    alerts: Mapped[bool]


class Place(Base):
    """A place from one of the bank's lists, named in each language of this program."""

    __abstract__ = True

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True)
    label_sl: Mapped[str]
    label_en: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    """Since when nothing new can name it."""


class Area(Place):
    """A part of town: the only place that a listing can name."""

    __tablename__ = "area"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id"], ["bank.bank_id"]),
        CheckConstraint("slug ~ '^[a-z0-9]+([-_][a-z0-9]+)*$'", name="slug"),
    )


class MeetingPoint(Place):
    """A public place where an exchange may begin."""

    __tablename__ = "meeting_point"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id"], ["bank.bank_id"]),
        CheckConstraint("slug ~ '^[a-z0-9]+([-_][a-z0-9]+)*$'", name="slug"),
    )
