"""Codes to get back in.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("code_id", sa.Uuid(), nullable=False),
        sa.Column("login_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", postgresql.BYTEA(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=True),
        sa.Column("reason_sealed", postgresql.BYTEA(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("begun_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ready_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "octet_length(fingerprint) = 32", name=op.f("ck_recovery_code_fingerprint")
        ),
        sa.CheckConstraint("by IN ('printed', 'in_person')", name=op.f("ck_recovery_code_by")),
        sa.CheckConstraint(
            "(by = 'in_person') = (given_by IS NOT NULL)",
            name=op.f("ck_recovery_code_given_by_somebody"),
        ),
        sa.CheckConstraint(
            "(given_by IS NULL) = (reason_sealed IS NULL)",
            name=op.f("ck_recovery_code_given_for_a_reason"),
        ),
        sa.CheckConstraint("given_by <> login_id", name=op.f("ck_recovery_code_not_by_oneself")),
        sa.CheckConstraint(
            "(begun_at IS NULL) = (ready_at IS NULL)", name=op.f("ck_recovery_code_begun_whole")
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "login_id"],
            ["login.bank_id", "login.login_id"],
            name=op.f("fk_recovery_code_bank_id_login_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "given_by"],
            ["login.bank_id", "login.login_id"],
            name=op.f("fk_recovery_code_bank_id_given_by"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "code_id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint(
            "bank_id", "fingerprint", name=op.f("uq_recovery_code_bank_id_fingerprint")
        ),
        info={"deletable": True},
    )
    op.create_index(
        op.f("ix_recovery_code_bank_id_login_id"), "recovery_code", ["bank_id", "login_id"]
    )


def downgrade() -> None:
    op.drop_table("recovery_code")
