"""Ceilings beside floors, what is held for an account, and deeds that passed a limit.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MINUTES_MAX = 2**40
BALANCE_MAX = 2**62
CLOSED = (
    "num_nulls(closed_at, closed_seq) <> 1 AND (closed_seq IS NULL"
    " OR (seq = closed_seq AND balance_minutes = 0 AND held_minutes = 0{}))"
)


def upgrade() -> None:
    _add_columns()
    _fill_in()
    op.alter_column("account", "held_in_minutes", server_default=None)
    op.alter_column("deed", "passed_limits", server_default=None)
    op.create_check_constraint(
        op.f("ck_account_ceiling"),
        "account",
        "balance_minutes + held_in_minutes <= ceiling_minutes",
    )
    op.create_check_constraint(
        op.f("ck_account_held_in"), "account", f"held_in_minutes BETWEEN 0 AND {BALANCE_MAX}"
    )
    op.create_check_constraint(
        op.f("ck_account_ceiling_not_under_policy"),
        "account",
        "num_nulls(ceiling_minutes, policy_ceiling_minutes) <> 1"
        " AND policy_ceiling_minutes >= 0 AND ceiling_minutes >= policy_ceiling_minutes",
    )
    _replace_check("account", "closed_is_still", CLOSED.format(" AND held_in_minutes = 0"))
    for table in ("posting", "hold"):
        _replace_check(table, "minutes", f"minutes BETWEEN 1 AND {MINUTES_MAX}")
    op.create_check_constraint(op.f("ck_hold_two_accounts"), "hold", "for_account_id <> account_id")
    op.create_foreign_key(
        op.f("fk_hold_bank_id_for_account_id"),
        "hold",
        "account",
        ["bank_id", "for_account_id"],
        ["bank_id", "account_id"],
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_hold_bank_id_for_account_id"), "hold")
    op.drop_constraint(op.f("ck_hold_two_accounts"), "hold")
    for table in ("posting", "hold"):
        _replace_check(table, "minutes", "minutes > 0")
    _replace_check("account", "closed_is_still", CLOSED.format(""))
    for name in ("ceiling", "held_in", "ceiling_not_under_policy"):
        op.drop_constraint(op.f(f"ck_account_{name}"), "account")
    op.drop_column("deed", "passed_limits")
    op.drop_column("hold", "for_account_id")
    for name in ("policy_ceiling_minutes", "ceiling_minutes", "held_in_minutes"):
        op.drop_column("account", name)


def _add_columns() -> None:
    op.add_column(
        "account",
        sa.Column("held_in_minutes", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.add_column("account", sa.Column("ceiling_minutes", sa.BigInteger()))
    op.add_column("account", sa.Column("policy_ceiling_minutes", sa.BigInteger()))
    op.add_column("hold", sa.Column("for_account_id", sa.Uuid()))
    op.add_column(
        "deed",
        sa.Column("passed_limits", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def _fill_in() -> None:
    """Every hold is for the giver of its exchange."""
    op.execute("""
        UPDATE hold SET for_account_id = m.account_id
          FROM deed d
          JOIN exchange e ON e.bank_id = d.bank_id AND e.exchange_id = d.subject_id
          JOIN member m ON m.bank_id = e.bank_id AND m.member_id = e.giver_id
         WHERE d.bank_id = hold.bank_id AND d.deed_id = hold.deed_id
    """)
    op.execute("""
        UPDATE account SET held_in_minutes = open.minutes
          FROM (SELECT h.bank_id, h.for_account_id, sum(h.minutes) AS minutes
                  FROM hold h LEFT JOIN hold_end e USING (bank_id, hold_id)
                 WHERE e.hold_id IS NULL GROUP BY h.bank_id, h.for_account_id) AS open
         WHERE open.bank_id = account.bank_id AND open.for_account_id = account.account_id
    """)


def _replace_check(table: str, name: str, condition: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
