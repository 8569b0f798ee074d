"""Reasons of disputes can be held back too.

Revision ID: 0060
Revises: 0072
"""

from alembic import op

revision = "0060"
down_revision = "0034"
branch_labels = None
depends_on = None


def _subjects(words: str) -> None:
    op.drop_constraint(op.f("ck_screening_subject"), "screening")
    op.create_check_constraint(op.f("ck_screening_subject"), "screening", f"subject IN ({words})")


def upgrade() -> None:
    _subjects("'listing', 'message', 'dispute'")


def downgrade() -> None:
    op.execute("DELETE FROM screening WHERE subject = 'dispute'")
    _subjects("'listing', 'message'")
