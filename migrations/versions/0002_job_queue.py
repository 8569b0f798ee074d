"""The tables of the job queue (PgQueuer): no `bank_id`, they stay on one node.

Revision ID: 0002
Revises: 0001
"""

from alembic import op
from pgqueuer import AsyncpgDriver
from pgqueuer.queries import Queries
from sqlalchemy import text
from sqlalchemy.util import await_only

from app.kit.jobs import queries_over

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    await_only(_queue().install())
    # Each poll asks when the next timer is due; without this it sorts all that wait.
    op.create_index(
        "pgqueuer_execute_after",
        "pgqueuer",
        ["execute_after"],
        postgresql_where=text("status = 'queued'"),
    )


def downgrade() -> None:
    await_only(_queue().uninstall())


def _queue() -> Queries:
    """The queue over this migration's own connection, in its transaction."""
    connection = op.get_bind()
    connection.execute(text("SELECT 1"))  # SQLAlchemy begins with the first statement
    driver = connection.connection.driver_connection
    assert driver is not None, "the migration is connected"
    return queries_over(AsyncpgDriver(driver))
