"""A clearing account has the ceiling that its agreement says.

Revision ID: 0072
Revises: 0071
"""

from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        UPDATE account SET policy_ceiling_minutes = a.ceiling_minutes,
               ceiling_minutes = greatest(a.ceiling_minutes, balance_minutes + held_in_minutes)
          FROM partner_agreement a
         WHERE a.bank_id = account.bank_id AND a.account_id = account.account_id
    """)


def downgrade() -> None:
    op.execute("""
        UPDATE account SET policy_ceiling_minutes = NULL, ceiling_minutes = NULL
         WHERE kind = 'clearing'
    """)
