"""Passkeys, and the challenges that wait for their answers.

Revision ID: 0050
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0050"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passkey",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("passkey_id", sa.Uuid(), nullable=False),
        sa.Column("login_id", sa.Uuid(), nullable=False),
        sa.Column("credential_sealed", postgresql.BYTEA(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "sign_count BETWEEN 0 AND 4294967295", name=op.f("ck_passkey_sign_count")
        ),
        sa.CheckConstraint(
            "device IN ('phone', 'tablet', 'computer', 'other')", name=op.f("ck_passkey_device")
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "login_id"],
            ["login.bank_id", "login.login_id"],
            name=op.f("fk_passkey_bank_id_login_id"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "passkey_id", name=op.f("pk_passkey")),
        info={"deletable": True},
    )
    op.create_index(op.f("ix_passkey_bank_id_login_id"), "passkey", ["bank_id", "login_id"])
    op.create_table(
        "passkey_challenge",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("login_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("challenge", postgresql.BYTEA(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('enrol', 'prove')", name=op.f("ck_passkey_challenge_purpose")
        ),
        sa.CheckConstraint(
            "octet_length(challenge) = 32", name=op.f("ck_passkey_challenge_challenge")
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "login_id"],
            ["login.bank_id", "login.login_id"],
            name=op.f("fk_passkey_challenge_bank_id_login_id"),
        ),
        sa.PrimaryKeyConstraint(
            "bank_id", "login_id", "purpose", name=op.f("pk_passkey_challenge")
        ),
        info={"deletable": True},
    )
    op.create_index(op.f("ix_passkey_challenge_made_at"), "passkey_challenge", ["made_at"])


def downgrade() -> None:
    op.drop_table("passkey_challenge")
    op.drop_table("passkey")
