"""Versions of the banks' terms with their texts, and who has accepted which.

Revision ID: 0053
Revises: 0052
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "terms_version",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("published_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("reason_sealed", postgresql.BYTEA(), nullable=True),
        sa.CheckConstraint("version > 0", name=op.f("ck_terms_version_version")),
        sa.CheckConstraint(
            "(published_by IS NULL) = (reason_sealed IS NULL)",
            name=op.f("ck_terms_version_for_a_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id"], ["bank.bank_id"], name=op.f("fk_terms_version_bank_id")
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "published_by"],
            ["login.bank_id", "login.login_id"],
            name=op.f("fk_terms_version_bank_id_published_by"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "version", name=op.f("pk_terms_version")),
        info={"append_only": True},
    )
    op.create_table(
        "terms_text",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "char_length(words) BETWEEN 1 AND 20000", name=op.f("ck_terms_text_words")
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "version"],
            ["terms_version.bank_id", "terms_version.version"],
            name=op.f("fk_terms_text_bank_id_version"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "version", "language", name=op.f("pk_terms_text")),
        info={"append_only": True},
    )
    op.create_table(
        "terms_acceptance",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("accepted_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["bank_id", "member_id"],
            ["member.bank_id", "member.member_id"],
            name=op.f("fk_terms_acceptance_bank_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "version"],
            ["terms_version.bank_id", "terms_version.version"],
            name=op.f("fk_terms_acceptance_bank_id_version"),
        ),
        sa.PrimaryKeyConstraint(
            "bank_id", "member_id", "version", name=op.f("pk_terms_acceptance")
        ),
        info={"unchangeable": True},
    )
    op.execute(
        "INSERT INTO terms_version (bank_id, version, published_at)"
        " SELECT bank_id, terms_version, created_at FROM bank"
    )
    op.execute(
        "INSERT INTO terms_acceptance (bank_id, member_id, version, accepted_at)"
        " SELECT bank_id, member_id, terms_version, requested_at FROM member"
        " JOIN bank USING (bank_id, terms_version) WHERE forgotten_at IS NULL"
    )


def downgrade() -> None:
    op.drop_table("terms_acceptance")
    op.drop_table("terms_text")
    op.drop_table("terms_version")
