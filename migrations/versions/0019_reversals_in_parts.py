"""A posting can be taken back in parts, which together never exceed it.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("uq_posting_bank_id_reverses_posting_id"), "posting")
    op.create_table(
        "reversal",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("original_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("previous_number", sa.BigInteger(), nullable=True),
        sa.Column("posting_id", sa.Uuid(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("before_minutes", sa.BigInteger(), nullable=False),
        sa.Column("after_minutes", sa.BigInteger(), nullable=False),
        sa.Column("original_minutes", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "after_minutes = before_minutes + minutes AND minutes > 0"
            " AND after_minutes <= original_minutes",
            name=op.f("ck_reversal_within_original"),
        ),
        sa.CheckConstraint(
            "CASE number WHEN 1 THEN previous_number IS NULL AND before_minutes = 0"
            " ELSE previous_number IS NOT NULL AND previous_number = number - 1"
            " AND number > 1 END",
            name=op.f("ck_reversal_follows"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "original_id"],
            ["posting.bank_id", "posting.posting_id"],
            name=op.f("fk_reversal_bank_id_original_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "posting_id"],
            ["posting.bank_id", "posting.posting_id"],
            name=op.f("fk_reversal_bank_id_posting_id"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "original_id", "number", name=op.f("pk_reversal")),
        sa.UniqueConstraint("bank_id", "posting_id", name=op.f("uq_reversal_bank_id_posting_id")),
        sa.UniqueConstraint(
            "bank_id",
            "original_id",
            "number",
            "after_minutes",
            "original_minutes",
            name="uq_reversal_chain",
        ),
    )
    op.create_foreign_key(
        "fk_reversal_chain",
        "reversal",
        "reversal",
        ["bank_id", "original_id", "previous_number", "before_minutes", "original_minutes"],
        ["bank_id", "original_id", "number", "after_minutes", "original_minutes"],
    )
    op.execute("""
        INSERT INTO reversal (bank_id, original_id, number, posting_id, minutes, before_minutes,
                              after_minutes, original_minutes)
        SELECT r.bank_id, o.posting_id, 1, r.posting_id, r.minutes, 0, r.minutes, o.minutes
          FROM posting r
          JOIN posting o ON o.bank_id = r.bank_id AND o.posting_id = r.reverses_posting_id
    """)


def downgrade() -> None:
    """Fails, and changes nothing, where a posting was taken back in more than one part.

    The schema before cannot hold that, and no posting may be changed to make it fit.
    """
    op.drop_table("reversal")
    op.create_unique_constraint(
        op.f("uq_posting_bank_id_reverses_posting_id"),
        "posting",
        ["bank_id", "reverses_posting_id"],
    )
