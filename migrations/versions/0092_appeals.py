"""One appeal against the outcome of a dispute.

Revision ID: 0092
Revises: 0091
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0092"
down_revision = "0091"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "appeal",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("appeal_id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("appellant_id", sa.Uuid(), nullable=False),
        sa.Column("first_by", sa.Uuid(), nullable=False),
        sa.Column("reason_sealed", postgresql.BYTEA(), nullable=False),
        sa.Column("appealed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text()),
        sa.Column("minutes", sa.BigInteger()),
        sa.Column("resolution_sealed", postgresql.BYTEA()),
        sa.Column("resolution_other_sealed", postgresql.BYTEA()),
        sa.Column("resolved_by", sa.Uuid()),
        sa.Column("resolved_at", postgresql.TIMESTAMP(timezone=True)),
        sa.PrimaryKeyConstraint("bank_id", "appeal_id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("bank_id", "dispute_id", name=op.f("uq_appeal_bank_id_dispute_id")),
        sa.ForeignKeyConstraint(
            ["bank_id", "dispute_id"],
            ["dispute.bank_id", "dispute.dispute_id"],
            name=op.f("fk_appeal_bank_id_dispute_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "appellant_id"],
            ["member.bank_id", "member.member_id"],
            name=op.f("fk_appeal_bank_id_appellant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "first_by"],
            ["login.bank_id", "login.login_id"],
            name=op.f("fk_appeal_bank_id_first_by"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "resolved_by"],
            ["login.bank_id", "login.login_id"],
            name=op.f("fk_appeal_bank_id_resolved_by"),
        ),
        sa.CheckConstraint(
            "outcome IN ('as_agreed', 'adjusted', 'void')", name=op.f("ck_appeal_outcome")
        ),
        sa.CheckConstraint("minutes BETWEEN 1 AND 6000", name=op.f("ck_appeal_minutes")),
        sa.CheckConstraint("resolved_by <> first_by", name=op.f("ck_appeal_another")),
        sa.CheckConstraint(
            "num_nulls(outcome, resolution_sealed, resolution_other_sealed, resolved_by,"
            " resolved_at) IN (0, 5)",
            name=op.f("ck_appeal_resolved_whole"),
        ),
    )
    op.drop_constraint(op.f("ck_dispute_status"), "dispute")
    op.create_check_constraint(
        op.f("ck_dispute_status"), "dispute", "status IN ('open', 'resolved', 'appealed')"
    )
    op.drop_constraint(op.f("ck_dispute_resolved_whole"), "dispute")
    op.create_check_constraint(
        op.f("ck_dispute_resolved_whole"),
        "dispute",
        "num_nulls(outcome, resolution_sealed, resolved_by, resolved_at)"
        " = CASE WHEN status = 'open' THEN 4 ELSE 0 END",
    )


def downgrade() -> None:
    """Appeals are gone; what was appealed and not decided is resolved, as it was at first."""
    op.drop_table("appeal")
    op.drop_constraint(op.f("ck_dispute_resolved_whole"), "dispute")
    op.drop_constraint(op.f("ck_dispute_status"), "dispute")
    op.execute("UPDATE dispute SET status = 'resolved' WHERE status = 'appealed'")
    op.create_check_constraint(
        op.f("ck_dispute_status"), "dispute", "status IN ('open', 'resolved')"
    )
    op.create_check_constraint(
        op.f("ck_dispute_resolved_whole"),
        "dispute",
        "(status = 'resolved') = (num_nulls(outcome, resolution_sealed, resolved_by,"
        " resolved_at) = 0)",
    )
