"""What somebody wrote, kept for whoever blocked them.

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_words",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("keeper_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("exchange_id", sa.Uuid(), nullable=False),
        sa.Column("text_sealed", postgresql.BYTEA(), nullable=False),
        sa.Column("written_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["bank_id", "keeper_id"],
            ["member.bank_id", "member.member_id"],
            name=op.f("fk_kept_words_bank_id_keeper_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "exchange_id"],
            ["exchange.bank_id", "exchange.exchange_id"],
            name=op.f("fk_kept_words_bank_id_exchange_id"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "keeper_id", "subject_id", name=op.f("pk_kept_words")),
    )
    op.create_index(
        op.f("ix_kept_words_bank_id_exchange_id"), "kept_words", ["bank_id", "exchange_id"]
    )


def downgrade() -> None:
    op.drop_table("kept_words")
