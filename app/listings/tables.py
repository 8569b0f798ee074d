"""Listings, and which categories a bank offers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, func, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class BankCategory(Base):
    """A category that a bank offers."""

    __tablename__ = "bank_category"
    __table_args__ = (ForeignKeyConstraint(["bank_id"], ["bank.bank_id"]),)

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True)


class Listing(Base):
    """An offer or a request."""

    __tablename__ = "listing"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "author_id"], ["member.bank_id", "member.member_id"]),
        ForeignKeyConstraint(
            ["bank_id", "category"], ["bank_category.bank_id", "bank_category.slug"]
        ),
        ForeignKeyConstraint(["bank_id", "area"], ["area.bank_id", "area.slug"]),
        CheckConstraint("kind IN ('offer', 'request')", name="kind"),
        ForeignKeyConstraint(["bank_id", "decided_by"], ["login.bank_id", "login.login_id"]),
        CheckConstraint("status IN ('open', 'withdrawn', 'sent_away')", name="status"),
        CheckConstraint(
            "num_nulls(decision_reason_sealed, decided_by, decided_at) = 0 OR status <> 'sent_away'"
            " AND num_nulls(decision_reason_sealed, decided_by, decided_at) = 3",
            name="decided_whole",
        ),
        CheckConstraint("minutes BETWEEN 1 AND 6000", name="minutes"),
        CheckConstraint("cardinality(languages) BETWEEN 1 AND 12", name="languages"),
        CheckConstraint("char_length(title) BETWEEN 1 AND 120", name="title"),
        CheckConstraint("char_length(body) <= 4000", name="body"),
        Index("ix_listing_match", "bank_id", "category", "kind", "status"),
        Index("ix_listing_recent", "bank_id", "status", "posted_month", "listing_id"),
        Index("ix_listing_author", "bank_id", "author_id", "listing_id"),
        Index(
            "ix_listing_words",
            func.to_tsvector(literal_column("'simple'"), literal_column("title || ' ' || body")),
            postgresql_using="gin",
        ),
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    listing_id: Mapped[UUID] = mapped_column(primary_key=True)
    author_id: Mapped[UUID]
    kind: Mapped[str]
    status: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    category: Mapped[str]
    language: Mapped[str]
    """The language that the text is written in."""
    languages: Mapped[list[str]]
    """The languages that the service can be done in."""
    area: Mapped[str | None]
    """Null is anywhere in town; with `remote`, from afar only."""
    remote: Mapped[bool]
    minutes: Mapped[int | None]
    availability: Mapped[str | None]
    version: Mapped[int]
    posted_month: Mapped[datetime]
    """The month of posting: what others see, and what lists are ordered by."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    decision_reason_sealed: Mapped[bytes | None]
    """Why the moderators sent it away, or gave it back: with the author's key, for the author."""
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
