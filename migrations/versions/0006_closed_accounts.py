"""Accounts can be closed; changes of accounts are on record; who did a deed, and why.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True)))
    op.add_column("account", sa.Column("closed_seq", sa.BigInteger()))
    op.create_check_constraint(
        op.f("ck_account_closed_is_still"),
        "account",
        "num_nulls(closed_at, closed_seq) <> 1 AND (closed_seq IS NULL"
        " OR (seq = closed_seq AND balance_minutes = 0 AND held_minutes = 0))",
    )
    op.create_table(
        "deed_note",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("deed_id", sa.Uuid(), nullable=False),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column("reason_sealed", postgresql.BYTEA(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bank_id", "deed_id"],
            ["deed.bank_id", "deed.deed_id"],
            name=op.f("fk_deed_note_bank_id_deed_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "done_by"],
            ["login.bank_id", "login.login_id"],
            name=op.f("fk_deed_note_bank_id_done_by"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "deed_id", name=op.f("pk_deed_note")),
    )
    op.create_table(
        "account_change",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("deed_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_account_change_number")),
        sa.CheckConstraint("kind IN ('closed', 'reopened')", name=op.f("ck_account_change_kind")),
        sa.ForeignKeyConstraint(
            ["bank_id", "account_id"],
            ["account.bank_id", "account.account_id"],
            name=op.f("fk_account_change_bank_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "deed_id"],
            ["deed.bank_id", "deed.deed_id"],
            name=op.f("fk_account_change_bank_id_deed_id"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "account_id", "number", name=op.f("pk_account_change")),
    )


def downgrade() -> None:
    op.drop_table("account_change")
    op.drop_table("deed_note")
    op.drop_constraint(op.f("ck_account_closed_is_still"), "account")
    op.drop_column("account", "closed_seq")
    op.drop_column("account", "closed_at")
