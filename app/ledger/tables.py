"""The books: accounts, deeds, postings, holds.

The shape makes the worst states impossible: a posting carries both sides in one row, so it cannot
be unbalanced; the limits are CHECKs on the account row; a hold ends once because its end is keyed
by the hold; a deed happens once because its reference is unique.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base

_BALANCE_MAX = 2**62
_POSTING_MAX = 2**40


class Account(Base):
    """One account. Whose it is, `AccountOwner` says by a random id: the books name nobody."""

    __tablename__ = "account"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id"], ["bank.bank_id"]),
        CheckConstraint("kind IN ('member', 'fund', 'issuing', 'clearing')", name="kind"),
        CheckConstraint("balance_minutes - held_minutes >= floor_minutes", name="floor"),
        CheckConstraint("balance_minutes + held_in_minutes <= ceiling_minutes", name="ceiling"),
        CheckConstraint("held_minutes >= 0", name="held"),
        CheckConstraint(f"held_in_minutes BETWEEN 0 AND {_BALANCE_MAX}", name="held_in"),
        CheckConstraint(
            "num_nulls(ceiling_minutes, policy_ceiling_minutes) <> 1"
            " AND policy_ceiling_minutes >= 0 AND ceiling_minutes >= policy_ceiling_minutes",
            name="ceiling_not_under_policy",
        ),
        CheckConstraint("floor_minutes <= 0", name="floor_not_above_zero"),
        CheckConstraint(
            f"balance_minutes BETWEEN {-_BALANCE_MAX} AND {_BALANCE_MAX}"
            f" AND floor_minutes >= {-_BALANCE_MAX}",
            name="no_overflow",
        ),
        CheckConstraint("seq >= 0", name="seq"),
        CheckConstraint("octet_length(head) = 32", name="head"),
        CheckConstraint(
            "num_nulls(closed_at, closed_seq) <> 1 AND (closed_seq IS NULL"
            " OR (seq = closed_seq AND balance_minutes = 0 AND held_minutes = 0"
            " AND held_in_minutes = 0))",
            name="closed_is_still",
        ),
        UniqueConstraint("bank_id", "account_id", "kind"),  # an owner's account is a member's
        Index(
            "ix_account_of_bank",
            "bank_id",
            "kind",
            unique=True,
            postgresql_where=text("kind IN ('fund', 'issuing')"),
        ),
        {"postgresql_with": {"fillfactor": 60}},  # account rows change often: keep updates HOT
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    balance_minutes: Mapped[int]
    held_minutes: Mapped[int]
    held_in_minutes: Mapped[int]
    """What is held on other accounts for this one."""
    floor_minutes: Mapped[int]
    """The floor in force. It lies under the policy while the account does."""
    policy_floor_minutes: Mapped[int]
    ceiling_minutes: Mapped[int | None]
    """The ceiling in force, likewise; null: none."""
    policy_ceiling_minutes: Mapped[int | None]
    seq: Mapped[int]
    """Number of the last posting that touched this account, on either side."""
    posted_at: Mapped[datetime]
    head: Mapped[bytes]
    """The head of the account's hash chain, after its last posting."""
    created_at: Mapped[datetime]
    has_own_limits: Mapped[bool]
    """Whether its policy was set for it alone, and does not follow the bank's."""
    closed_at: Mapped[datetime | None]
    closed_seq: Mapped[int | None]
    """The number of the last posting before the closing: as long as it is closed, of the last."""


class Deed(Base):
    """What one or more postings or holds belong to; append-only."""

    __tablename__ = "deed"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id"], ["bank.bank_id"]),
        UniqueConstraint("bank_id", "reference"),
        CheckConstraint("char_length(reference) BETWEEN 1 AND 200", name="reference"),
        CheckConstraint("effective_at <= posted_at", name="effective"),
        {"info": {"append_only": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    deed_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    reference: Mapped[str]
    """What this deed is, once: `exchange:<id>:settlement`."""
    subject_id: Mapped[UUID | None]
    """The exchange, or the transfer between banks, that this deed belongs to (`subjects`)."""
    posted_at: Mapped[datetime]
    effective_at: Mapped[datetime]
    """When it happened in the world; shown and hashed, and nothing else: order is by posting."""
    passed_limits: Mapped[bool]
    """Whether it took an account past a limit: only a moderator's correction may (law 6)."""


class DeedNote(Base):
    """Who did a deed, and why. Apart from the books and erasable: the books name nobody."""

    __tablename__ = "deed_note"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "deed_id"], ["deed.bank_id", "deed.deed_id"]),
        ForeignKeyConstraint(["bank_id", "done_by"], ["login.bank_id", "login.login_id"]),
        {"info": {"deletable": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    deed_id: Mapped[UUID] = mapped_column(primary_key=True)
    done_by: Mapped[UUID | None]
    """The login; null when it was done by an operator or by time."""
    reason_sealed: Mapped[bytes | None]


class Posting(Base):
    """Minutes that moved from one account to another; append-only, balanced by its shape."""

    __tablename__ = "posting"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "deed_id"], ["deed.bank_id", "deed.deed_id"]),
        ForeignKeyConstraint(
            ["bank_id", "debit_account_id"], ["account.bank_id", "account.account_id"]
        ),
        ForeignKeyConstraint(
            ["bank_id", "credit_account_id"], ["account.bank_id", "account.account_id"]
        ),
        ForeignKeyConstraint(
            ["bank_id", "reverses_posting_id"], ["posting.bank_id", "posting.posting_id"]
        ),
        UniqueConstraint("bank_id", "debit_account_id", "debit_seq"),
        UniqueConstraint("bank_id", "credit_account_id", "credit_seq"),
        CheckConstraint(f"minutes BETWEEN 1 AND {_POSTING_MAX}", name="minutes"),
        CheckConstraint("debit_account_id <> credit_account_id", name="two_accounts"),
        CheckConstraint("debit_seq > 0 AND credit_seq > 0", name="seq"),
        {"info": {"append_only": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    posting_id: Mapped[UUID] = mapped_column(primary_key=True)
    deed_id: Mapped[UUID]
    leg: Mapped[int]
    debit_account_id: Mapped[UUID]
    credit_account_id: Mapped[UUID]
    minutes: Mapped[int]
    debit_seq: Mapped[int]
    credit_seq: Mapped[int]
    debit_balance_minutes: Mapped[int]
    credit_balance_minutes: Mapped[int]
    posted_at: Mapped[datetime]
    reverses_posting_id: Mapped[UUID | None]


class Hold(Base):
    """Minutes reserved on an account for an accepted exchange; append-only, ended by HoldEnd."""

    __tablename__ = "hold"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "deed_id"], ["deed.bank_id", "deed.deed_id"]),
        ForeignKeyConstraint(["bank_id", "account_id"], ["account.bank_id", "account.account_id"]),
        ForeignKeyConstraint(
            ["bank_id", "for_account_id"], ["account.bank_id", "account.account_id"]
        ),
        CheckConstraint(f"minutes BETWEEN 1 AND {_POSTING_MAX}", name="minutes"),
        CheckConstraint("for_account_id <> account_id", name="two_accounts"),
        {"info": {"append_only": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    hold_id: Mapped[UUID] = mapped_column(primary_key=True)
    deed_id: Mapped[UUID]
    account_id: Mapped[UUID]
    for_account_id: Mapped[UUID | None]
    """Where the minutes will arrive, if that is known."""
    minutes: Mapped[int]
    posted_at: Mapped[datetime]


class HoldEnd(Base):
    """How a hold ended: its key is the hold's, so a hold ends once."""

    __tablename__ = "hold_end"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "hold_id"], ["hold.bank_id", "hold.hold_id"]),
        ForeignKeyConstraint(["bank_id", "deed_id"], ["deed.bank_id", "deed.deed_id"]),
        CheckConstraint("outcome IN ('settled', 'released', 'expired')", name="outcome"),
        {"info": {"append_only": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    hold_id: Mapped[UUID] = mapped_column(primary_key=True)
    deed_id: Mapped[UUID]
    outcome: Mapped[str]
    ended_at: Mapped[datetime]
