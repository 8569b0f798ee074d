"""Only open applications are told apart by their passwords: an approved login's stands in no way.

Revision ID: 0101
Revises: 0100
"""

import sqlalchemy as sa
from alembic import op

revision = "0101"
down_revision = "0100"
branch_labels = None
depends_on = None

ASKED_ONCE = "ix_login_asked_once"


def _asked_once(which: str) -> None:
    op.drop_index(ASKED_ONCE, "login")
    op.create_index(
        ASKED_ONCE,
        "login",
        ["bank_id", "email_fingerprint", "password_hash"],
        unique=True,
        postgresql_where=sa.text(which),
    )


def upgrade() -> None:
    _asked_once("roles = '{}' AND closed_at IS NULL")


def downgrade() -> None:
    """Of several with one password only the one that signing in finds goes on."""
    op.execute(
        "UPDATE login SET closed_at = now() FROM ("
        "   SELECT login_id, row_number() OVER (PARTITION BY bank_id, email_fingerprint,"
        "       password_hash ORDER BY roles = '{}', created_at, login_id) AS place"
        "   FROM login WHERE closed_at IS NULL) AS ranked"
        " WHERE ranked.login_id = login.login_id AND place > 1"
    )
    _asked_once("closed_at IS NULL")
