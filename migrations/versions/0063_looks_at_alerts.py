"""Whoever reads an alert has looked at somebody.

Revision ID: 0063
Revises: 0062
"""

from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

BEFORE = (
    "'lookup', 'record', 'application', 'limits', 'recovery', 'emergency', 'dispute', 'screening'"
)


def _kinds(words: str) -> None:
    op.drop_constraint(op.f("ck_opening_kind"), "opening")
    op.create_check_constraint(op.f("ck_opening_kind"), "opening", f"kind IN ({words})")


def upgrade() -> None:
    _kinds(f"{BEFORE}, 'alert', 'contact'")


def downgrade() -> None:
    op.execute("DELETE FROM opening WHERE kind = 'alert'")
    _kinds(f"{BEFORE}, 'contact'")
