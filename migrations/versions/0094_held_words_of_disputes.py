"""Statements and reasons of appeals can be held back too.

Revision ID: 0094
Revises: 0093
"""

from alembic import op

revision = "0094"
down_revision = "0093"
branch_labels = None
depends_on = None


def _subjects(words: str) -> None:
    op.drop_constraint(op.f("ck_screening_subject"), "screening")
    op.create_check_constraint(op.f("ck_screening_subject"), "screening", f"subject IN ({words})")


def upgrade() -> None:
    _subjects("'listing', 'message', 'dispute', 'statement', 'appeal'")


def downgrade() -> None:
    op.execute("DELETE FROM screening WHERE subject IN ('statement', 'appeal')")
    _subjects("'listing', 'message', 'dispute'")
