"""Codes on paper in place of an e-mail at signing in.

Revision ID: 0054
Revises: 0053
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_code",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("login_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", postgresql.BYTEA(), nullable=False),
        sa.Column("printed_by", sa.Uuid(), nullable=False),
        sa.Column("printed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "octet_length(fingerprint) = 32", name=op.f("ck_sign_in_code_fingerprint")
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "login_id"],
            ["login.bank_id", "login.login_id"],
            name=op.f("fk_sign_in_code_bank_id_login_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "printed_by"],
            ["login.bank_id", "login.login_id"],
            name=op.f("fk_sign_in_code_bank_id_printed_by"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "login_id", name=op.f("pk_sign_in_code")),
        sa.UniqueConstraint(
            "bank_id", "fingerprint", name=op.f("uq_sign_in_code_bank_id_fingerprint")
        ),
        info={"deletable": True},
    )


def downgrade() -> None:
    op.drop_table("sign_in_code")
