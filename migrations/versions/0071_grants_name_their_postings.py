"""A grant names the posting that gave it, so that what was taken back of it can be told.

Revision ID: 0071
Revises: 0070
"""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fund_grant", sa.Column("posting_id", sa.Uuid()))
    op.execute("""
        UPDATE fund_grant SET posting_id = p.posting_id
          FROM deed d JOIN posting p ON p.bank_id = d.bank_id AND p.deed_id = d.deed_id
         WHERE d.bank_id = fund_grant.bank_id
           AND d.reference = 'grant:' || CAST(fund_grant.grant_id AS text)
    """)
    op.alter_column("fund_grant", "posting_id", nullable=False)
    op.create_unique_constraint(
        op.f("uq_fund_grant_bank_id_posting_id"), "fund_grant", ["bank_id", "posting_id"]
    )
    op.create_foreign_key(
        op.f("fk_fund_grant_bank_id_posting_id"),
        "fund_grant",
        "posting",
        ["bank_id", "posting_id"],
        ["bank_id", "posting_id"],
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_fund_grant_bank_id_posting_id"), "fund_grant")
    op.drop_constraint(op.f("uq_fund_grant_bank_id_posting_id"), "fund_grant")
    op.drop_column("fund_grant", "posting_id")
