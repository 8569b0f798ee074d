"""Hash chains of accounts, and seals over their heads.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("head", postgresql.BYTEA(), nullable=True))
    op.execute("UPDATE account SET head = sha256('')")  # 0073 links what there is
    op.alter_column("account", "head", nullable=False)
    op.create_check_constraint(op.f("ck_account_head"), "account", "octet_length(head) = 32")
    op.create_table(
        "seal",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("seal_no", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("accounts", sa.BigInteger(), nullable=False),
        sa.Column("postings", sa.BigInteger(), nullable=False),
        sa.Column("root", postgresql.BYTEA(), nullable=False),
        sa.Column("previous_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("hash", postgresql.BYTEA(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", postgresql.BYTEA(), nullable=False),
        sa.CheckConstraint("seal_no > 0", name=op.f("ck_seal_seal_no")),
        sa.CheckConstraint(
            "octet_length(root) = 32 AND octet_length(hash) = 32", name=op.f("ck_seal_hashes")
        ),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.bank_id"], name=op.f("fk_seal_bank_id")),
        sa.PrimaryKeyConstraint("bank_id", "seal_no", name=op.f("pk_seal")),
    )
    op.create_table(
        "sealed_head",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("seal_no", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("head", postgresql.BYTEA(), nullable=False),
        sa.CheckConstraint("octet_length(head) = 32", name=op.f("ck_sealed_head_head")),
        sa.ForeignKeyConstraint(
            ["bank_id", "seal_no"],
            ["seal.bank_id", "seal.seal_no"],
            name=op.f("fk_sealed_head_bank_id_seal_no"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "seal_no", "account_id", name=op.f("pk_sealed_head")),
    )


def downgrade() -> None:
    op.drop_table("sealed_head")
    op.drop_table("seal")
    op.drop_constraint(op.f("ck_account_head"), "account")
    op.drop_column("account", "head")
