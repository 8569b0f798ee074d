"""Logins and their sessions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base

ONE_APPROVED = "ix_login_one_approved"
"""Anyone may apply with any address, or joining would tell which are known; one is approved.

Who changes to an address of somebody approved shares it: were it refused, that would tell.
"""
ASKED_ONCE = "ix_login_asked_once"
"""The same address and password is the same person asking again, while none is approved."""


class Login(Base):
    """How a member or staff proves who they are; belongs to one bank."""

    __tablename__ = "login"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id"], ["bank.bank_id"]),
        ForeignKeyConstraint(["bank_id", "member_id"], ["member.bank_id", "member.member_id"]),
        UniqueConstraint("bank_id", "member_id"),
        CheckConstraint("octet_length(email_fingerprint) = 32", name="email_fingerprint"),
        CheckConstraint("octet_length(phone_fingerprint) = 32", name="phone_fingerprint"),
        CheckConstraint(
            "roles <@ ARRAY['member','coordinator','moderator','case_worker','auditor','admin']",
            name="roles",
        ),
        Index(None, "bank_id", "phone_fingerprint"),
        CheckConstraint(
            "NOT ('member' = ANY (roles) AND member_id IS NULL)", name="a_member_has_a_record"
        ),
        Index(None, "bank_id", "email_fingerprint"),
        Index(
            ONE_APPROVED,
            "bank_id",
            "email_fingerprint",
            unique=True,
            postgresql_where=text("roles <> '{}' AND NOT shares_email"),
        ),
        CheckConstraint("NOT shares_email OR roles <@ '{member}'", name="staff_share_none"),
        Index(
            ASKED_ONCE,
            "bank_id",
            "email_fingerprint",
            "password_hash",
            unique=True,
            postgresql_where=text("roles = '{}' AND closed_at IS NULL"),
        ),
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    login_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID | None]
    email_fingerprint: Mapped[bytes]
    """Keyed hash of the address, for looking it up; the address itself is sealed."""
    email_sealed: Mapped[bytes]
    shares_email: Mapped[bool]
    """Whether it was another approved login's address when this one changed to it."""
    phone_fingerprint: Mapped[bytes | None]
    """Keyed hash of a telephone, if one was told: only so that blocks can find it."""
    password_hash: Mapped[str]
    roles: Mapped[list[str]]
    """`member` is granted by approval and withdrawn on leaving; the others are staff's."""
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    """When the application was declined or the member left; one may sign in to see that."""


class SignInCode(Base):
    """A code on paper that names a login in the place of its e-mail; each has one at the most."""

    __tablename__ = "sign_in_code"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "login_id"], ["login.bank_id", "login.login_id"]),
        ForeignKeyConstraint(["bank_id", "printed_by"], ["login.bank_id", "login.login_id"]),
        UniqueConstraint("bank_id", "fingerprint"),
        CheckConstraint("octet_length(fingerprint) = 32", name="fingerprint"),
        {"info": {"deletable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    login_id: Mapped[UUID] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes]
    """Keyed hash of the code; the code itself is kept nowhere."""
    printed_by: Mapped[UUID]
    """The login's own, or a coordinator's."""
    printed_at: Mapped[datetime]


class Session(Base):
    """One sign-in on one device; its refresh tokens are a family of which one is good."""

    __tablename__ = "session"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "login_id"], ["login.bank_id", "login.login_id"]),
        CheckConstraint("refresh_counter BETWEEN 0 AND 4294967295", name="refresh_counter"),
        CheckConstraint("device IN ('phone', 'tablet', 'computer', 'other')", name="device"),
        CheckConstraint("means IN ('password', 'totp', 'passkey')", name="means"),
        Index(None, "bank_id", "login_id"),
        {"info": {"deletable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    login_id: Mapped[UUID]
    refresh_counter: Mapped[int]
    created_at: Mapped[datetime]
    rotated_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    device: Mapped[str]
    """Coarsely; there is no column for a network, a place or a version."""
    means: Mapped[str]
    """How the person signed in; kept here and not in the token, which lives on for minutes."""
    proved_at: Mapped[datetime]
    """When the person last proved who they are, by signing in or again since."""
