"""Alerts, and from which numbers on a bank wants one."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base

_KINDS: Final = (
    "'many_contacts', 'long_hours', 'one_counterpart', 'never_spends', 'always_same', 'collector',"
    " 'night_hours', 'organisation_takes', 'fast_ring', 'many_records'"
)


class Alert(Base):
    """A pattern that a case worker should look at."""

    __tablename__ = "alert"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "member_id"], ["member.bank_id", "member.member_id"]),
        ForeignKeyConstraint(["bank_id", "with_id"], ["member.bank_id", "member.member_id"]),
        ForeignKeyConstraint(["bank_id", "login_id"], ["login.bank_id", "login.login_id"]),
        ForeignKeyConstraint(["bank_id", "closed_by"], ["login.bank_id", "login.login_id"]),
        CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
        CheckConstraint("with_id <> member_id", name="another"),
        CheckConstraint("(kind = 'many_records') = (login_id IS NOT NULL)", name="of_staff"),
        CheckConstraint("num_nonnulls(member_id, login_id) > 0", name="of_somebody"),
        CheckConstraint(
            "num_nulls(closed_by, closed_at, reason_sealed) IN (0, 3)", name="closed_whole"
        ),
        Index(
            "ix_alert_open",
            "bank_id",
            "member_id",
            "kind",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_alert_open_of_staff",
            "bank_id",
            "login_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL AND login_id IS NOT NULL"),
        ),
        Index(None, "bank_id", "found_at", "alert_id"),
        Index(None, "bank_id", "member_id", "closed_at"),
        {"info": {"deletable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    alert_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID | None]
    login_id: Mapped[UUID | None]
    """Whose looks at people it is about, of the staff."""
    with_id: Mapped[UUID | None]
    """The one other who is part of the pattern."""
    kind: Mapped[str]
    minutes: Mapped[int | None]
    of_minutes: Mapped[int | None]
    people: Mapped[int | None]
    times: Mapped[int | None]
    days: Mapped[int | None]
    found_at: Mapped[datetime]
    closed_by: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]
    reason_sealed: Mapped[bytes | None]


class AlertThreshold(Base):
    """A bank's own numbers (`rules.Thresholds`); a bank without a row has the defaults."""

    __tablename__ = "alert_threshold"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id"], ["bank.bank_id"]),
        CheckConstraint(
            "least(contacts_new, contacts, week_minutes, share_percent, share_minutes,"
            " unspent_minutes, same_percent, same_minutes, collector_people, collector_minutes,"
            " night_times, organisation_minutes, ring_times, staff_people) > 0",
            name="positive",
        ),
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    contacts_new: Mapped[int]
    contacts: Mapped[int]
    week_minutes: Mapped[int]
    share_percent: Mapped[int]
    share_minutes: Mapped[int]
    unspent_minutes: Mapped[int]
    same_percent: Mapped[int]
    same_minutes: Mapped[int]
    collector_people: Mapped[int]
    collector_minutes: Mapped[int]
    night_times: Mapped[int]
    organisation_minutes: Mapped[int]
    ring_times: Mapped[int]
    staff_people: Mapped[int]
