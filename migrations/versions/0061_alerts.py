"""Alerts for the safeguarding staff, and from which numbers on there are any.

Revision ID: 0061
Revises: 0060
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

MOMENT = postgresql.TIMESTAMP(timezone=True)
KINDS = (
    "'many_contacts', 'long_hours', 'one_counterpart', 'never_spends', 'always_same', 'collector',"
    " 'night_hours', 'organisation_takes', 'fast_ring'"
)
NUMBERS = (
    *("contacts_new", "contacts", "week_minutes", "share_percent", "share_minutes"),
    *("unspent_minutes", "same_percent", "same_minutes", "collector_people", "collector_minutes"),
    *("night_times", "organisation_minutes", "ring_times"),
)


def _key(table: str, columns: str, there: str, to: str) -> sa.ForeignKeyConstraint:
    names = columns.split()
    return sa.ForeignKeyConstraint(
        names,
        [f"{there}.{name}" for name in to.split()],
        name=op.f(f"fk_{table}_{'_'.join(names)}"),
    )


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("with_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=True)
            for name in ("minutes", "of_minutes", "people", "times", "days")
        ),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("reason_sealed", postgresql.BYTEA(), nullable=True),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_alert_kind")),
        sa.CheckConstraint("with_id <> member_id", name=op.f("ck_alert_another")),
        sa.CheckConstraint(
            "num_nulls(closed_by, closed_at, reason_sealed) IN (0, 3)",
            name=op.f("ck_alert_closed_whole"),
        ),
        _key("alert", "bank_id member_id", "member", "bank_id member_id"),
        _key("alert", "bank_id with_id", "member", "bank_id member_id"),
        _key("alert", "bank_id closed_by", "login", "bank_id login_id"),
        sa.PrimaryKeyConstraint("bank_id", "alert_id", name=op.f("pk_alert")),
    )
    op.create_index(
        "ix_alert_open",
        "alert",
        ["bank_id", "member_id", "kind"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    for columns in (["found_at", "alert_id"], ["member_id", "closed_at"]):
        name = op.f(f"ix_alert_bank_id_{'_'.join(columns)}")
        op.create_index(name, "alert", ["bank_id", *columns])
    op.create_table(
        "alert_threshold",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in NUMBERS),
        sa.CheckConstraint(
            f"least({', '.join(NUMBERS)}) > 0", name=op.f("ck_alert_threshold_positive")
        ),
        _key("alert_threshold", "bank_id", "bank", "bank_id"),
        sa.PrimaryKeyConstraint("bank_id", name=op.f("pk_alert_threshold")),
    )


def downgrade() -> None:
    op.execute("DELETE FROM notice WHERE kind = 'alert_waiting'")
    op.drop_table("alert_threshold")
    op.drop_table("alert")
