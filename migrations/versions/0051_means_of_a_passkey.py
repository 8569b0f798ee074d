"""A session may have been opened with a passkey.

Revision ID: 0051
Revises: 0050
"""

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_session_means"), "session")
    op.create_check_constraint(
        op.f("ck_session_means"), "session", "means IN ('password', 'totp', 'passkey')"
    )


def downgrade() -> None:
    op.execute("UPDATE session SET means = 'password' WHERE means = 'passkey'")
    op.drop_constraint(op.f("ck_session_means"), "session")
    op.create_check_constraint(op.f("ck_session_means"), "session", "means IN ('password', 'totp')")
