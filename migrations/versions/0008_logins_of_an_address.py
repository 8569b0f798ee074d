"""Several may apply with one address; one login of it is approved.

Going down, of several logins of one address only the first keeps it: the others cannot sign in.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("login", sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True)))
    op.execute(
        "UPDATE login SET closed_at = coalesce(m.decided_at, m.requested_at) FROM member m"
        " WHERE m.bank_id = login.bank_id AND m.member_id = login.member_id"
        " AND m.status IN ('rejected', 'left')"
    )
    op.drop_constraint("uq_login_bank_id_email_fingerprint", "login")
    of_address = ["bank_id", "email_fingerprint"]
    op.create_index(op.f("ix_login_bank_id_email_fingerprint"), "login", of_address)
    op.create_index(
        "ix_login_one_approved",
        "login",
        of_address,
        unique=True,
        postgresql_where=sa.text("roles <> '{}'"),
    )
    op.create_index(
        "ix_login_asked_once",
        "login",
        [*of_address, "password_hash"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def downgrade() -> None:
    for name in ("asked_once", "one_approved", "bank_id_email_fingerprint"):
        op.drop_index(f"ix_login_{name}", "login")
    op.execute(
        "UPDATE login SET email_fingerprint = sha256(login.login_id::text::bytea) FROM ("
        "   SELECT login_id, row_number() OVER (PARTITION BY bank_id, email_fingerprint"
        "       ORDER BY roles = '{}', closed_at IS NOT NULL, created_at, login_id) AS place"
        "   FROM login) AS ranked"
        " WHERE ranked.login_id = login.login_id AND place > 1"
    )
    op.create_unique_constraint(
        "uq_login_bank_id_email_fingerprint", "login", ["bank_id", "email_fingerprint"]
    )
    op.drop_column("login", "closed_at")
