"""A moderator's reason is sealed for each of the two sides.

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "dispute", sa.Column("resolution_other_sealed", postgresql.BYTEA(), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("dispute", "resolution_other_sealed")
