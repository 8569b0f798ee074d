"""Listings that the moderators send away, and what they say to the author.

Going down, what was sent away is withdrawn, and what they said is gone.

Revision ID: 0106
Revises: 0105
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0106"
down_revision = "0105"
branch_labels = None
depends_on = None

STATUS = "ck_listing_status"
DECIDED_WHOLE = "ck_listing_decided_whole"
DECIDED_BY = "fk_listing_bank_id_decided_by"


def upgrade() -> None:
    op.add_column("listing", sa.Column("decision_reason_sealed", postgresql.BYTEA()))
    op.add_column("listing", sa.Column("decided_by", sa.Uuid()))
    op.add_column("listing", sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True)))
    op.create_foreign_key(
        op.f(DECIDED_BY), "listing", "login", ["bank_id", "decided_by"], ["bank_id", "login_id"]
    )
    op.drop_constraint(op.f(STATUS), "listing")
    op.create_check_constraint(
        op.f(STATUS), "listing", "status IN ('open', 'withdrawn', 'sent_away')"
    )
    op.create_check_constraint(
        op.f(DECIDED_WHOLE),
        "listing",
        "num_nulls(decision_reason_sealed, decided_by, decided_at) = 0 OR status <> 'sent_away'"
        " AND num_nulls(decision_reason_sealed, decided_by, decided_at) = 3",
    )


def downgrade() -> None:
    op.execute("UPDATE listing SET status = 'withdrawn' WHERE status = 'sent_away'")
    for one in (DECIDED_WHOLE, STATUS, DECIDED_BY):
        op.drop_constraint(op.f(one), "listing")
    op.create_check_constraint(op.f(STATUS), "listing", "status IN ('open', 'withdrawn')")
    for name in ("decided_at", "decided_by", "decision_reason_sealed"):
        op.drop_column("listing", name)
