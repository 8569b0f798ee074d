"""What is said in a dispute.

Revision ID: 0091
Revises: 0090
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0091"
down_revision = "0090"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "statement",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid()),
        sa.Column("login_id", sa.Uuid()),
        sa.Column("text_sealed", postgresql.BYTEA(), nullable=False),
        sa.Column("text_other_sealed", postgresql.BYTEA()),
        sa.Column("said_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("bank_id", "statement_id", name=op.f("pk_statement")),
        sa.ForeignKeyConstraint(
            ["bank_id", "dispute_id"],
            ["dispute.bank_id", "dispute.dispute_id"],
            name=op.f("fk_statement_bank_id_dispute_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "member_id"],
            ["member.bank_id", "member.member_id"],
            name=op.f("fk_statement_bank_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "login_id"],
            ["login.bank_id", "login.login_id"],
            name=op.f("fk_statement_bank_id_login_id"),
        ),
        sa.CheckConstraint(
            "(member_id IS NULL) <> (login_id IS NULL)", name=op.f("ck_statement_one_author")
        ),
        sa.CheckConstraint(
            "(login_id IS NULL) = (text_other_sealed IS NULL)", name=op.f("ck_statement_for_both")
        ),
    )
    op.create_index(
        "ix_statement_order", "statement", ["bank_id", "dispute_id", "said_at", "statement_id"]
    )


def downgrade() -> None:
    op.drop_table("statement")
