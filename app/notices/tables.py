"""Notices."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class Notice(Base):
    """One notice, to one member or to everyone of one staff role."""

    __tablename__ = "notice"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "member_id"], ["member.bank_id", "member.member_id"]),
        CheckConstraint("(member_id IS NULL) <> (role IS NULL)", name="one_recipient"),
        CheckConstraint("kept_from IS NULL OR role IS NOT NULL", name="kept_from_some"),
        # Each notice stands in two of these four, and once it is read in one.
        *(
            Index(
                f"ix_notice_{which}{recipient}",
                "bank_id",
                recipient,
                "created_at",
                postgresql_where=text(f"{recipient} IS NOT NULL{unread}"),
            )
            for recipient in ("member_id", "role")
            for which, unread in (("", ""), ("unread_", " AND read_at IS NULL"))
        ),
        {"info": {"deletable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    notice_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID | None]
    role: Mapped[str | None]
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    kept_from: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    """Members of the role who do not get it: it would answer what they asked for."""
