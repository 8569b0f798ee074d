"""Proposals by somebody who is hidden from whom they are for.

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

ONE_SIDE = (
    "unseen_by IS NULL OR (unseen_by IN (giver_id, receiver_id) AND unseen_by <> proposer_id)"
)


def upgrade() -> None:
    op.add_column("exchange", sa.Column("unseen_by", sa.Uuid(), nullable=True))
    op.create_check_constraint(op.f("ck_exchange_unseen_by"), "exchange", ONE_SIDE)
    op.create_check_constraint(
        op.f("ck_exchange_unseen_stays"),
        "exchange",
        "unseen_by IS NULL OR status IN ('proposed', 'cancelled', 'expired')",
    )


def downgrade() -> None:
    # The code below would show them to whoever must never see them.
    op.execute(
        "DELETE FROM message USING exchange WHERE exchange.unseen_by IS NOT NULL"
        " AND message.bank_id = exchange.bank_id AND message.exchange_id = exchange.exchange_id"
    )
    op.execute("DELETE FROM exchange WHERE unseen_by IS NOT NULL")
    op.drop_constraint(op.f("ck_exchange_unseen_stays"), "exchange")
    op.drop_constraint(op.f("ck_exchange_unseen_by"), "exchange")
    op.drop_column("exchange", "unseen_by")
