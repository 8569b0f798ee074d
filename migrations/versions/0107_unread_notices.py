"""Indexes of notices by whom they are for, and of the unread ones.

Each notice stands in as many as before: in none of those of the other kind of recipient.

Revision ID: 0107
Revises: 0106
"""

import sqlalchemy as sa
from alembic import op

revision = "0107"
down_revision = "0106"
branch_labels = None
depends_on = None

RECIPIENTS = ("member_id", "role")


def upgrade() -> None:
    for recipient in RECIPIENTS:
        op.drop_index(f"ix_notice_bank_id_{recipient}_created_at", "notice")
        for which, unread in (("", ""), ("unread_", " AND read_at IS NULL")):
            op.create_index(
                f"ix_notice_{which}{recipient}",
                "notice",
                ["bank_id", recipient, "created_at"],
                postgresql_where=sa.text(f"{recipient} IS NOT NULL{unread}"),
            )


def downgrade() -> None:
    for recipient in RECIPIENTS:
        op.drop_index(f"ix_notice_unread_{recipient}", "notice")
        op.drop_index(f"ix_notice_{recipient}", "notice")
        op.create_index(
            f"ix_notice_bank_id_{recipient}_created_at",
            "notice",
            ["bank_id", recipient, "created_at"],
        )
