"""The sealed record of every member, and who opened it.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sealed_record",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("box", postgresql.BYTEA(), nullable=False),
        sa.CheckConstraint("octet_length(box) = 60", name=op.f("ck_sealed_record_one_length")),
        sa.ForeignKeyConstraint(
            ["bank_id", "member_id"],
            ["member.bank_id", "member.member_id"],
            name=op.f("fk_sealed_record_bank_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "member_id", name=op.f("pk_sealed_record")),
    )
    op.create_table(
        "sealed_opening",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("login_id", sa.Uuid(), nullable=False),
        sa.Column("opening", sa.Text(), nullable=False),
        sa.Column("reason_sealed", postgresql.BYTEA(), nullable=False),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "opening IN ('read', 'written')", name=op.f("ck_sealed_opening_opening")
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "login_id"],
            ["login.bank_id", "login.login_id"],
            name=op.f("fk_sealed_opening_bank_id_login_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "member_id"],
            ["member.bank_id", "member.member_id"],
            name=op.f("fk_sealed_opening_bank_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "opening_id", name=op.f("pk_sealed_opening")),
    )
    op.create_index(
        op.f("ix_sealed_opening_bank_id_member_id_opened_at"),
        "sealed_opening",
        ["bank_id", "member_id", "opened_at"],
    )


def downgrade() -> None:
    op.drop_table("sealed_opening")
    op.drop_table("sealed_record")
