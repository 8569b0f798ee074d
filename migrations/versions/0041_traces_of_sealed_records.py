"""The trace of sealed records names nobody; everybody sees in which months there was one.

Revision ID: 0041
Revises: 0040

The trace before is not kept: it was the list of who takes part in the programme.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def _bank(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["bank_id"], ["bank.bank_id"], name=op.f(f"fk_{table}_bank_id"))


def upgrade() -> None:
    op.drop_table("sealed_opening")
    op.create_table(
        "sealed_opening",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("box", postgresql.BYTEA(), nullable=False),
        sa.Column("digest", postgresql.BYTEA(), nullable=False),
        sa.CheckConstraint("seq > 0", name=op.f("ck_sealed_opening_seq")),
        sa.CheckConstraint("octet_length(box) = 2071", name=op.f("ck_sealed_opening_one_length")),
        sa.CheckConstraint("octet_length(digest) = 32", name=op.f("ck_sealed_opening_digest")),
        _bank("sealed_opening"),
        sa.PrimaryKeyConstraint("bank_id", "seq", name=op.f("pk_sealed_opening")),
    )
    op.create_table(
        "opening_month",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_opening_month_first_day")),
        _bank("opening_month"),
        sa.PrimaryKeyConstraint("bank_id", "month", name=op.f("pk_opening_month")),
    )


def downgrade() -> None:
    op.drop_table("opening_month")
    op.drop_table("sealed_opening")
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
