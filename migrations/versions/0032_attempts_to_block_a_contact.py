"""How often somebody blocked a contact, for a day.

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_block_attempt",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("blocker_id", sa.Uuid(), nullable=False),
        sa.Column("tried_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["bank_id", "blocker_id"],
            ["member.bank_id", "member.member_id"],
            name=op.f("fk_contact_block_attempt_bank_id_blocker_id"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "attempt_id", name=op.f("pk_contact_block_attempt")),
    )
    op.create_index(
        op.f("ix_contact_block_attempt_bank_id_blocker_id_tried_at"),
        "contact_block_attempt",
        ["bank_id", "blocker_id", "tried_at"],
    )
    op.create_index(
        op.f("ix_contact_block_attempt_tried_at"), "contact_block_attempt", ["tried_at"]
    )


def downgrade() -> None:
    op.drop_table("contact_block_attempt")
