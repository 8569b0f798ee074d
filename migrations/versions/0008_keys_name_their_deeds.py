"""A kept answer names the deed in the books that it tells of.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("idempotency_key", sa.Column("deed_id", sa.Uuid(), nullable=True))
    op.create_check_constraint(
        op.f("ck_idempotency_key_deed"),
        "idempotency_key",
        "deed_id IS NULL OR status IS NOT NULL",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_idempotency_key_deed"), "idempotency_key")
    op.drop_column("idempotency_key", "deed_id")
