"""What a bank gives everybody when they become a member.

Revision ID: 0096
Revises: 0095
"""

import sqlalchemy as sa
from alembic import op

revision = "0096"
down_revision = "0095"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column(
        "opening_credit_minutes", sa.BigInteger(), nullable=False, server_default="0"
    )
    op.add_column("bank", column)
    op.alter_column("bank", "opening_credit_minutes", server_default=None)
    op.create_check_constraint(
        op.f("ck_bank_opening_credit"),
        "bank",
        "opening_credit_minutes BETWEEN 0 AND 1200 AND opening_credit_minutes <= ceiling_minutes",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_bank_opening_credit"), "bank")
    op.drop_column("bank", "opening_credit_minutes")
