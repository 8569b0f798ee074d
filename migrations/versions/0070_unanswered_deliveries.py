"""When to tell a coordinator that a delivery is not answered; finding exchanges that wait.

Revision ID: 0070
Revises: 0055
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0070"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("exchange", sa.Column("look_at", postgresql.TIMESTAMP(timezone=True)))
    op.execute("""
        UPDATE exchange SET look_at = coalesce(delivered_at, created_at) + interval '14 days'
         WHERE status = 'delivered'
    """)
    op.create_index(
        "ix_exchange_open",
        "exchange",
        ["bank_id", "expires_at"],
        postgresql_where=sa.text("status IN ('proposed', 'accepted')"),
    )
    op.create_index(
        "ix_exchange_unanswered",
        "exchange",
        ["bank_id", "look_at"],
        postgresql_where=sa.text("status = 'delivered'"),
    )


def downgrade() -> None:
    op.drop_index("ix_exchange_unanswered", "exchange")
    op.drop_index("ix_exchange_open", "exchange")
    op.drop_column("exchange", "look_at")
