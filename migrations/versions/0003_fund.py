"""The community fund: grants with a cap for a person and a budget for a bank.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CAP_DEFAULT = 600
BUDGET_DEFAULT = 6_000


def upgrade() -> None:
    for name, value in (
        ("grant_cap_minutes", CAP_DEFAULT),
        ("grant_budget_minutes", BUDGET_DEFAULT),
    ):
        column = sa.Column(name, sa.BigInteger(), nullable=False, server_default=str(value))
        op.add_column("bank", column)
        op.alter_column("bank", name, server_default=None)
    op.create_check_constraint(
        op.f("ck_bank_grants"), "bank", "grant_cap_minutes >= 0 AND grant_budget_minutes >= 0"
    )
    op.create_table(
        "fund_grant",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("reason_sealed", postgresql.BYTEA(), nullable=False),
        sa.Column("granted_by", sa.Uuid(), nullable=False),
        sa.Column("granted_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_fund_grant_minutes")),
        sa.ForeignKeyConstraint(
            ["bank_id", "granted_by"],
            ["login.bank_id", "login.login_id"],
            name=op.f("fk_fund_grant_bank_id_granted_by"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "member_id"],
            ["member.bank_id", "member.member_id"],
            name=op.f("fk_fund_grant_bank_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "grant_id", name=op.f("pk_fund_grant")),
    )
    op.create_index(
        op.f("ix_fund_grant_bank_id_granted_at"), "fund_grant", ["bank_id", "granted_at"]
    )
    op.create_index(
        op.f("ix_fund_grant_bank_id_member_id_granted_at"),
        "fund_grant",
        ["bank_id", "member_id", "granted_at"],
    )


def downgrade() -> None:
    op.drop_table("fund_grant")
    op.drop_constraint(op.f("ck_bank_grants"), "bank")
    op.drop_column("bank", "grant_budget_minutes")
    op.drop_column("bank", "grant_cap_minutes")
