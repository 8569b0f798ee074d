"""When somebody was forgotten; messages that can be deleted and notices too, by privilege only.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("member", sa.Column("forgotten_at", postgresql.TIMESTAMP(timezone=True)))
    op.create_check_constraint(
        op.f("ck_member_forgotten_left"), "member", "forgotten_at IS NULL OR status = 'left'"
    )
    op.create_index(
        "ix_member_forgotten",
        "member",
        ["bank_id", "forgotten_at"],
        postgresql_where=sa.text("forgotten_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_member_forgotten", "member")
    op.drop_constraint(op.f("ck_member_forgotten_left"), "member")
    op.drop_column("member", "forgotten_at")
