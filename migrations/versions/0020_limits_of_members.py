"""Limits of a bank and of single members, on record.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bank", sa.Column("ceiling_minutes", sa.BigInteger()))
    op.create_check_constraint(op.f("ck_bank_ceiling_minutes"), "bank", "ceiling_minutes >= 0")
    op.add_column(
        "account",
        sa.Column("has_own_limits", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.alter_column("account", "has_own_limits", server_default=None)
    op.add_column("account_change", sa.Column("policy_floor_minutes", sa.BigInteger()))
    op.add_column("account_change", sa.Column("policy_ceiling_minutes", sa.BigInteger()))
    op.drop_constraint(op.f("ck_account_change_kind"), "account_change")
    op.create_check_constraint(
        op.f("ck_account_change_kind"), "account_change", "kind IN ('closed', 'reopened', 'limits')"
    )
    op.create_check_constraint(
        op.f("ck_account_change_limits"),
        "account_change",
        "(kind = 'limits') = (policy_floor_minutes IS NOT NULL)"
        " AND (kind = 'limits' OR policy_ceiling_minutes IS NULL)",
    )


def downgrade() -> None:
    """Limits stay as they are in force; the record keeps that something was changed, not what."""
    op.drop_constraint(op.f("ck_account_change_limits"), "account_change")
    op.drop_constraint(op.f("ck_account_change_kind"), "account_change")
    op.execute("UPDATE account_change SET kind = 'reopened' WHERE kind = 'limits'")
    op.create_check_constraint(
        op.f("ck_account_change_kind"), "account_change", "kind IN ('closed', 'reopened')"
    )
    op.drop_column("account_change", "policy_ceiling_minutes")
    op.drop_column("account_change", "policy_floor_minutes")
    op.drop_column("account", "has_own_limits")
    op.drop_constraint(op.f("ck_bank_ceiling_minutes"), "bank")
    op.drop_column("bank", "ceiling_minutes")
