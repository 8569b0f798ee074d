"""Openings seal who looked, and in which role; a bank has several chains.

Revision ID: 0040
Revises: 0021

What was written before is not kept: it told, in clear, whose record a case worker had opened, which
is as good as a list of who takes part in the programme. There was no release with it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0040"
down_revision = "0021"
branch_labels = None
depends_on = None

BEFORE = "kind IN ('lookup', 'record', 'dispute', 'screening', 'sealed', 'contact')"
NOW = (
    "kind IN ('lookup', 'record', 'application', 'limits', 'recovery', 'emergency',"
    " 'dispute', 'screening', 'contact')"
)


def upgrade() -> None:
    _begin_anew()
    op.drop_constraint(op.f("fk_opening_bank_id_login_id"), "opening")
    op.drop_column("opening", "login_id")  # its index goes with it
    op.drop_column("opening", "role")
    op.add_column("opening", sa.Column("by_sealed", postgresql.BYTEA(), nullable=False))
    op.create_check_constraint(
        op.f("ck_opening_by_one_length"), "opening", "octet_length(by_sealed) = 76"
    )
    _replace_kinds(NOW)
    op.create_index(op.f("ix_opening_bank_id_opened_at"), "opening", ["bank_id", "opened_at"])
    op.add_column("opening_chain", sa.Column("chain", sa.Text(), nullable=False))
    op.create_check_constraint(
        op.f("ck_opening_chain_chain"), "opening_chain", "chain IN ('openings', 'sealed')"
    )
    _replace_key("bank_id", "chain")


def downgrade() -> None:
    _begin_anew()
    _replace_key("bank_id")
    op.drop_column("opening_chain", "chain")
    op.drop_index(op.f("ix_opening_bank_id_opened_at"), "opening")
    _replace_kinds(BEFORE)
    op.drop_column("opening", "by_sealed")
    op.add_column("opening", sa.Column("role", sa.Text(), nullable=False))
    op.add_column("opening", sa.Column("login_id", sa.Uuid(), nullable=False))
    op.create_foreign_key(
        op.f("fk_opening_bank_id_login_id"),
        "opening",
        "login",
        ["bank_id", "login_id"],
        ["bank_id", "login_id"],
    )
    op.create_index(
        op.f("ix_opening_bank_id_login_id_opened_at"),
        "opening",
        ["bank_id", "login_id", "opened_at"],
    )


def _begin_anew() -> None:
    op.execute("DELETE FROM opening")
    op.execute("DELETE FROM opening_chain")


def _replace_kinds(condition: str) -> None:
    op.drop_constraint(op.f("ck_opening_kind"), "opening")
    op.create_check_constraint(op.f("ck_opening_kind"), "opening", condition)


def _replace_key(*columns: str) -> None:
    op.drop_constraint(op.f("pk_opening_chain"), "opening_chain")
    op.create_primary_key(op.f("pk_opening_chain"), "opening_chain", list(columns))
