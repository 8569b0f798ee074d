"""Counts of requests, shared by all processes; a crash may forget them.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rate_count",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("subject", postgresql.BYTEA(), nullable=False),
        sa.Column("counted", sa.Text(), nullable=False),
        sa.Column("window_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("octet_length(subject) = 16", name=op.f("ck_rate_count_subject")),
        sa.CheckConstraint("count > 0", name=op.f("ck_rate_count_count")),
        sa.PrimaryKeyConstraint(
            "bank_id", "subject", "counted", "window_at", name=op.f("pk_rate_count")
        ),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_rate_count_window_at"), "rate_count", ["window_at"])


def downgrade() -> None:
    op.drop_table("rate_count")
