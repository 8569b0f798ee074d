"""How far the round through a bank's books has come.

Revision ID: 0062
Revises: 0061
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "watch_round",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("moved_since", MOMENT, nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("after_id", sa.Uuid(), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.bank_id"], name=op.f("fk_watch_round_bank_id")),
        sa.PrimaryKeyConstraint("bank_id", name=op.f("pk_watch_round")),
    )


def downgrade() -> None:
    op.drop_table("watch_round")
