"""A closed account stays closed.

Nothing ever reopened one. What is written down as a reopening was a change of limits, before a
downgrade below 0020 forgot which: the account still says which are in force.

Revision ID: 0109
Revises: 0108
"""

from alembic import op

revision = "0109"
down_revision = "0108"
branch_labels = None
depends_on = None

KIND = "ck_account_change_kind"


def upgrade() -> None:
    op.drop_constraint(op.f(KIND), "account_change")
    op.execute("""
        UPDATE account_change c SET kind = 'limits', policy_floor_minutes = a.policy_floor_minutes,
               policy_ceiling_minutes = a.policy_ceiling_minutes
          FROM account a
         WHERE (a.bank_id, a.account_id) = (c.bank_id, c.account_id) AND c.kind = 'reopened'
    """)
    op.create_check_constraint(op.f(KIND), "account_change", "kind IN ('closed', 'limits')")


def downgrade() -> None:
    op.drop_constraint(op.f(KIND), "account_change")
    op.create_check_constraint(
        op.f(KIND), "account_change", "kind IN ('closed', 'reopened', 'limits')"
    )
