"""A session keeps on what kind of device and by what means it was opened, and the last proof.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("session", sa.Column("device", sa.Text()))
    op.add_column("session", sa.Column("means", sa.Text()))
    op.add_column("session", sa.Column("proved_at", postgresql.TIMESTAMP(timezone=True)))
    op.execute("UPDATE session SET device = 'other', means = 'password', proved_at = created_at")
    for name in ("device", "means", "proved_at"):
        op.alter_column("session", name, nullable=False)
    op.create_check_constraint(
        op.f("ck_session_device"), "session", "device IN ('phone', 'tablet', 'computer', 'other')"
    )
    op.create_check_constraint(op.f("ck_session_means"), "session", "means IN ('password', 'totp')")


def downgrade() -> None:
    for name in ("device", "means", "proved_at"):
        op.drop_column("session", name)
