"""Who released an emergency does not review it.

Reviews that were made by whoever had released it count no more: somebody else has to look.

Revision ID: 0103
Revises: 0102
"""

from alembic import op

revision = "0103"
down_revision = "0102"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE emergency SET reviewed_by = NULL, reviewed_at = NULL, finding_sealed = NULL"
        " WHERE reviewed_by = released_by"
    )
    op.create_check_constraint(
        op.f("ck_emergency_another_reviews"), "emergency", "reviewed_by <> released_by"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_emergency_another_reviews"), "emergency")
