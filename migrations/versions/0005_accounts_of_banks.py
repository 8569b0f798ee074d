"""A bank has one fund and one issuing account, found without reading its members' accounts.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_account_of_bank",
        "account",
        ["bank_id", "kind"],
        unique=True,
        postgresql_where=sa.text("kind <> 'member'"),
    )


def downgrade() -> None:
    op.drop_index("ix_account_of_bank", "account")
