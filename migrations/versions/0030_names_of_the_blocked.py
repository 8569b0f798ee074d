"""What a blocker saw of somebody is sealed with the blocker's key; names from before are dropped.

Revision ID: 0030
Revises: 0072
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("block", sa.Column("alias_sealed", postgresql.BYTEA(), nullable=True))
    op.drop_column("block", "alias")


def downgrade() -> None:
    op.add_column("block", sa.Column("alias", sa.Text(), nullable=False, server_default=""))
    op.alter_column("block", "alias", server_default=None)
    op.drop_column("block", "alias_sealed")
