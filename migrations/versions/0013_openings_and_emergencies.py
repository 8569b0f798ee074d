"""Who of the staff looked at whom, as a chain; emergencies that need a second person.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = postgresql.TIMESTAMP(timezone=True)


def _key(table: str, columns: str, there: str, to: str) -> sa.ForeignKeyConstraint:
    names = columns.split()
    return sa.ForeignKeyConstraint(
        names,
        [f"{there}.{name}" for name in to.split()],
        name=op.f(f"fk_{table}_{'_'.join(names)}"),
    )


def upgrade() -> None:
    op.create_table(
        "opening",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("login_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason_sealed", postgresql.BYTEA(), nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("digest", postgresql.BYTEA(), nullable=False),
        sa.CheckConstraint("seq > 0", name=op.f("ck_opening_seq")),
        sa.CheckConstraint("octet_length(digest) = 32", name=op.f("ck_opening_digest")),
        sa.CheckConstraint(
            "kind IN ('lookup', 'record', 'dispute', 'sealed', 'contact')",
            name=op.f("ck_opening_kind"),
        ),
        _key("opening", "bank_id member_id", "member", "bank_id member_id"),
        _key("opening", "bank_id login_id", "login", "bank_id login_id"),
        sa.PrimaryKeyConstraint("bank_id", "opening_id", name=op.f("pk_opening")),
        sa.UniqueConstraint("bank_id", "seq", name=op.f("uq_opening_bank_id_seq")),
    )
    op.create_index(
        op.f("ix_opening_bank_id_member_id_seq"), "opening", ["bank_id", "member_id", "seq"]
    )
    op.create_index(
        op.f("ix_opening_bank_id_login_id_opened_at"),
        "opening",
        ["bank_id", "login_id", "opened_at"],
    )
    op.create_table(
        "opening_chain",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("head", postgresql.BYTEA(), nullable=False),
        sa.CheckConstraint("seq >= 0", name=op.f("ck_opening_chain_seq")),
        sa.CheckConstraint("octet_length(head) = 32", name=op.f("ck_opening_chain_head")),
        _key("opening_chain", "bank_id", "bank", "bank_id"),
        sa.PrimaryKeyConstraint("bank_id", name=op.f("pk_opening_chain")),
    )
    _emergencies()


def _emergencies() -> None:
    op.create_table(
        "emergency",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("emergency_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("reason_sealed", postgresql.BYTEA(), nullable=False),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.Column("released_at", MOMENT, nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", MOMENT, nullable=True),
        sa.Column("finding_sealed", postgresql.BYTEA(), nullable=True),
        sa.CheckConstraint(
            "released_by <> asked_by AND reviewed_by <> asked_by",
            name=op.f("ck_emergency_two_people"),
        ),
        sa.CheckConstraint(
            "num_nulls(released_by, released_at) IN (0, 2)"
            " AND num_nulls(reviewed_by, reviewed_at, finding_sealed) IN (0, 3)",
            name=op.f("ck_emergency_steps_whole"),
        ),
        sa.CheckConstraint(
            "reviewed_at IS NULL OR released_at IS NOT NULL", name=op.f("ck_emergency_in_order")
        ),
        _key("emergency", "bank_id member_id", "member", "bank_id member_id"),
        _key("emergency", "bank_id asked_by", "login", "bank_id login_id"),
        _key("emergency", "bank_id released_by", "login", "bank_id login_id"),
        _key("emergency", "bank_id reviewed_by", "login", "bank_id login_id"),
        sa.PrimaryKeyConstraint("bank_id", "emergency_id", name=op.f("pk_emergency")),
    )
    op.create_index(
        op.f("ix_emergency_bank_id_asked_by_asked_at"),
        "emergency",
        ["bank_id", "asked_by", "asked_at"],
    )
    op.create_index(op.f("ix_emergency_bank_id_asked_at"), "emergency", ["bank_id", "asked_at"])


def downgrade() -> None:
    op.execute("DELETE FROM notice WHERE kind LIKE 'emergency_%'")
    op.drop_table("emergency")
    op.drop_table("opening_chain")
    op.drop_table("opening")
