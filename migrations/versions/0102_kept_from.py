"""A notice to a role says from whom of them it is kept: whoever asked for what it would answer.

Revision ID: 0102
Revises: 0101
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0102"
down_revision = "0101"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notice", sa.Column("kept_from", postgresql.ARRAY(sa.Uuid()), nullable=True))
    op.create_check_constraint(
        op.f("ck_notice_kept_from_some"), "notice", "kept_from IS NULL OR role IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("DELETE FROM notice WHERE cardinality(kept_from) > 0")
    op.drop_constraint(op.f("ck_notice_kept_from_some"), "notice")
    op.drop_column("notice", "kept_from")
