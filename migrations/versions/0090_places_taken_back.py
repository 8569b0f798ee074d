"""Places that are offered no more, and still named by what named them.

Revision ID: 0090
Revises: 0073
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0090"
down_revision = "0073"
branch_labels = None
depends_on = None

LISTS = ("area", "meeting_point")


def upgrade() -> None:
    for table in LISTS:
        op.add_column(table, sa.Column("withdrawn_at", postgresql.TIMESTAMP(timezone=True)))


def downgrade() -> None:
    """Whatever was taken back is offered again."""
    for table in LISTS:
        op.drop_column(table, "withdrawn_at")
