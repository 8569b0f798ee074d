"""Blocks between people, and of contacts that may be nobody's yet.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TIME = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column("login", sa.Column("phone_fingerprint", postgresql.BYTEA(), nullable=True))
    op.create_check_constraint(
        op.f("ck_login_phone_fingerprint"), "login", "octet_length(phone_fingerprint) = 32"
    )
    op.create_index(
        op.f("ix_login_bank_id_phone_fingerprint"), "login", ["bank_id", "phone_fingerprint"]
    )
    op.create_table(
        "block",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("blocker_id", sa.Uuid(), nullable=False),
        sa.Column("blocked_id", sa.Uuid(), nullable=False),
        sa.Column("cause_id", sa.Uuid(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("blocker_id <> blocked_id", name=op.f("ck_block_not_oneself")),
        sa.ForeignKeyConstraint(
            ["bank_id", "blocker_id"],
            ["member.bank_id", "member.member_id"],
            name=op.f("fk_block_bank_id_blocker_id"),
        ),
        sa.PrimaryKeyConstraint(
            "bank_id", "blocker_id", "blocked_id", "cause_id", name=op.f("pk_block")
        ),
    )
    op.create_index(
        op.f("ix_block_bank_id_blocked_id_blocker_id"),
        "block",
        ["bank_id", "blocked_id", "blocker_id"],
    )
    op.create_table(
        "contact_block",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("block_id", sa.Uuid(), nullable=False),
        sa.Column("blocker_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fingerprint", postgresql.BYTEA(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint(
            "octet_length(fingerprint) = 32", name=op.f("ck_contact_block_fingerprint")
        ),
        sa.CheckConstraint("kind IN ('email', 'phone')", name=op.f("ck_contact_block_kind")),
        sa.ForeignKeyConstraint(
            ["bank_id", "blocker_id"],
            ["member.bank_id", "member.member_id"],
            name=op.f("fk_contact_block_bank_id_blocker_id"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "block_id", name=op.f("pk_contact_block")),
        sa.UniqueConstraint(
            "bank_id",
            "blocker_id",
            "fingerprint",
            name=op.f("uq_contact_block_bank_id_blocker_id_fingerprint"),
        ),
    )
    op.create_index(
        op.f("ix_contact_block_bank_id_fingerprint"), "contact_block", ["bank_id", "fingerprint"]
    )


def downgrade() -> None:
    op.drop_table("contact_block")
    op.drop_table("block")
    op.drop_index(op.f("ix_login_bank_id_phone_fingerprint"), "login")
    op.drop_constraint(op.f("ck_login_phone_fingerprint"), "login")
    op.drop_column("login", "phone_fingerprint")
