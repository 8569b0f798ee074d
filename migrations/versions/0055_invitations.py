"""What an applicant tells of who invited them.

Revision ID: 0055
Revises: 0054
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("member", sa.Column("invitation_sealed", postgresql.BYTEA()))


def downgrade() -> None:
    op.drop_column("member", "invitation_sealed")
