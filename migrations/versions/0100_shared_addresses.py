"""Who changes to an address of somebody approved shares it, and cannot tell.

Going down, whoever shares an address cannot sign in with it any more.

Revision ID: 0100
Revises: 0096
"""

import sqlalchemy as sa
from alembic import op

revision = "0100"
down_revision = "0096"
branch_labels = None
depends_on = None

ONE_APPROVED = "ix_login_one_approved"


def _one_approved(which: str) -> None:
    op.drop_index(ONE_APPROVED, "login")
    op.create_index(
        ONE_APPROVED,
        "login",
        ["bank_id", "email_fingerprint"],
        unique=True,
        postgresql_where=sa.text(which),
    )


def upgrade() -> None:
    op.add_column(
        "login", sa.Column("shares_email", sa.Boolean(), nullable=False, server_default="false")
    )
    op.alter_column("login", "shares_email", server_default=None)
    op.create_check_constraint(
        op.f("ck_login_staff_share_none"), "login", "NOT shares_email OR roles <@ '{member}'"
    )
    _one_approved("roles <> '{}' AND NOT shares_email")


def downgrade() -> None:
    op.execute(
        "UPDATE login SET email_fingerprint = sha256(login_id::text::bytea) WHERE shares_email"
    )
    _one_approved("roles <> '{}'")
    op.drop_constraint(op.f("ck_login_staff_share_none"), "login")
    op.drop_column("login", "shares_email")
