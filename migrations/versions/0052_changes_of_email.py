"""Changes of e-mail that wait for their time.

Revision ID: 0052
Revises: 0051
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "email_change",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("login_id", sa.Uuid(), nullable=False),
        sa.Column("email_fingerprint", postgresql.BYTEA(), nullable=False),
        sa.Column("email_sealed", postgresql.BYTEA(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ready_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "octet_length(email_fingerprint) = 32", name=op.f("ck_email_change_email_fingerprint")
        ),
        sa.CheckConstraint("ready_at > asked_at", name=op.f("ck_email_change_waits")),
        sa.ForeignKeyConstraint(
            ["bank_id", "login_id"],
            ["login.bank_id", "login.login_id"],
            name=op.f("fk_email_change_bank_id_login_id"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "login_id", name=op.f("pk_email_change")),
        info={"deletable": True},
    )


def downgrade() -> None:
    op.drop_table("email_change")
