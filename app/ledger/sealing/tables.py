"""What was sealed: the seals, and the heads that each of them signed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base


class Seal(Base):
    """The heads of all accounts at a moment, signed by a key outside the database.

    The counts and the salt are published nowhere; the hash has a salted digest of them.
    """

    __tablename__ = "seal"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id"], ["bank.bank_id"]),
        CheckConstraint("seal_no > 0", name="seal_no"),
        CheckConstraint("octet_length(root) = 32 AND octet_length(hash) = 32", name="hashes"),
        CheckConstraint("octet_length(salt) = 16 AND octet_length(contents) = 32", name="salted"),
        UniqueConstraint("bank_id", "hash"),
        {"info": {"append_only": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    seal_no: Mapped[int] = mapped_column(primary_key=True)
    taken_at: Mapped[datetime]
    accounts: Mapped[int]
    postings: Mapped[int]
    root: Mapped[bytes]
    """Merkle root over (account, number of its last posting, head): `tree`."""
    salt: Mapped[bytes]
    contents: Mapped[bytes]
    """Salted digest of the counts, and of the heads that are kept with this seal."""
    previous_hash: Mapped[bytes]
    hash: Mapped[bytes]
    key_id: Mapped[str]
    signature: Mapped[bytes]


class SealedHead(Base):
    """The head of an account that is new, or moved since the seal before; append-only."""

    __tablename__ = "sealed_head"
    __table_args__ = (
        ForeignKeyConstraint(["bank_id", "seal_no"], ["seal.bank_id", "seal.seal_no"]),
        CheckConstraint("octet_length(head) = 32", name="head"),
        Index(None, "bank_id", "account_id", "seal_no"),
        {"info": {"append_only": True}},
    )

    bank_id: Mapped[UUID] = mapped_column(primary_key=True)
    seal_no: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int]
    head: Mapped[bytes]
    owner_id: Mapped[UUID | None]
    """The member whose it is; null of the bank's own, and in seals from before 0108."""
