"""Flags, and moderators' looks at them.

Revision ID: 0093
Revises: 0092
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0093"
down_revision = "0092"
branch_labels = None
depends_on = None

KINDS = (
    "'lookup', 'record', 'application', 'limits', 'recovery', 'emergency',"
    " 'dispute', 'screening', 'alert', 'contact'"
)


def upgrade() -> None:
    op.create_table(
        "flag",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("flagger_id", sa.Uuid(), nullable=False),
        sa.Column("flagged_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid()),
        sa.Column("exchange_id", sa.Uuid()),
        sa.Column("reason_sealed", postgresql.BYTEA(), nullable=False),
        sa.Column("evidence_sealed", postgresql.BYTEA(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("flagged_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("resolution_sealed", postgresql.BYTEA()),
        sa.Column("resolved_by", sa.Uuid()),
        sa.Column("resolved_at", postgresql.TIMESTAMP(timezone=True)),
        sa.PrimaryKeyConstraint("bank_id", "flag_id", name=op.f("pk_flag")),
        *(
            sa.ForeignKeyConstraint(
                ["bank_id", column],
                [f"{table}.bank_id", f"{table}.{table}_id"],
                name=op.f(f"fk_flag_bank_id_{column}"),
            )
            for column, table in (
                ("flagger_id", "member"),
                ("flagged_id", "member"),
                ("listing_id", "listing"),
                ("exchange_id", "exchange"),
                ("resolved_by", "login"),
            )
        ),
        sa.CheckConstraint(
            "(listing_id IS NULL) <> (exchange_id IS NULL)", name=op.f("ck_flag_one_subject")
        ),
        sa.CheckConstraint("flagger_id <> flagged_id", name=op.f("ck_flag_not_own")),
        sa.CheckConstraint(
            "status IN ('open', 'upheld', 'dismissed')", name=op.f("ck_flag_status")
        ),
        sa.CheckConstraint(
            "num_nulls(resolution_sealed, resolved_by, resolved_at)"
            " = CASE WHEN status = 'open' THEN 3 ELSE 0 END",
            name=op.f("ck_flag_resolved_whole"),
        ),
    )
    op.create_index("ix_flag_queue", "flag", ["bank_id", "status", "flagged_at", "flag_id"])
    op.create_index("ix_flag_flagger", "flag", ["bank_id", "flagger_id", "status"])
    op.drop_constraint(op.f("ck_opening_kind"), "opening")
    op.create_check_constraint(
        op.f("ck_opening_kind"), "opening", f"kind IN ({KINDS}, 'flag', 'flagged')"
    )


def downgrade() -> None:
    """Flags are gone, and where moderators looked at any, the chain of openings begins anew."""
    op.drop_table("flag")
    op.execute(
        "DELETE FROM opening_chain WHERE chain = 'openings'"
        " AND bank_id IN (SELECT bank_id FROM opening WHERE kind IN ('flag', 'flagged'))"
    )
    op.execute(
        "DELETE FROM opening WHERE bank_id IN"
        " (SELECT bank_id FROM opening WHERE kind IN ('flag', 'flagged'))"
    )
    op.drop_constraint(op.f("ck_opening_kind"), "opening")
    op.create_check_constraint(op.f("ck_opening_kind"), "opening", f"kind IN ({KINDS})")
