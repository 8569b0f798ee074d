"""Coordinators' looks at exchanges.

Revision ID: 0105
Revises: 0104
"""

from alembic import op

revision = "0105"
down_revision = "0104"
branch_labels = None
depends_on = None

KINDS = (
    "'lookup', 'record', 'application', 'limits', 'recovery', 'emergency',"
    " 'dispute', 'screening', 'alert', 'contact', 'flag', 'flagged'"
)


def upgrade() -> None:
    op.drop_constraint(op.f("ck_opening_kind"), "opening")
    op.create_check_constraint(op.f("ck_opening_kind"), "opening", f"kind IN ({KINDS}, 'exchange')")


def downgrade() -> None:
    """Where coordinators looked at any exchange, the chain of openings begins anew."""
    op.execute(
        "DELETE FROM opening_chain WHERE chain = 'openings'"
        " AND bank_id IN (SELECT bank_id FROM opening WHERE kind = 'exchange')"
    )
    op.execute(
        "DELETE FROM opening WHERE bank_id IN (SELECT bank_id FROM opening WHERE kind = 'exchange')"
    )
    op.drop_constraint(op.f("ck_opening_kind"), "opening")
    op.create_check_constraint(op.f("ck_opening_kind"), "opening", f"kind IN ({KINDS})")
