"""Changes of a bank's rules, kept with who and why; its entity tag needs no version.

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("bank_safety", "version")
    op.create_table(
        "bank_change",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("login_id", sa.Uuid(), nullable=False),
        sa.Column("reason_sealed", postgresql.BYTEA(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("before <> after", name=op.f("ck_bank_change_changes_something")),
        sa.ForeignKeyConstraint(
            ["bank_id", "login_id"],
            ["login.bank_id", "login.login_id"],
            name=op.f("fk_bank_change_bank_id_login_id"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "change_id", name=op.f("pk_bank_change")),
    )
    op.create_index(
        op.f("ix_bank_change_bank_id_changed_at_change_id"),
        "bank_change",
        ["bank_id", "changed_at", "change_id"],
    )


def downgrade() -> None:
    op.drop_table("bank_change")
    op.add_column(
        "bank_safety", sa.Column("version", sa.BigInteger(), nullable=False, server_default="1")
    )
    op.alter_column("bank_safety", "version", server_default=None)
