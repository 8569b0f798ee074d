"""Alerts about staff who open the records of many people in a day.

Revision ID: 0104
Revises: 0103
"""

import sqlalchemy as sa
from alembic import op

revision = "0104"
down_revision = "0103"
branch_labels = None
depends_on = None

_KINDS = (
    "'many_contacts', 'long_hours', 'one_counterpart', 'never_spends', 'always_same', 'collector',"
    " 'night_hours', 'organisation_takes', 'fast_ring'"
)
_NUMBERS = (
    "contacts_new, contacts, week_minutes, share_percent, share_minutes, unspent_minutes,"
    " same_percent, same_minutes, collector_people, collector_minutes, night_times,"
    " organisation_minutes, ring_times"
)


def _check(table: str, name: str, condition: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def upgrade() -> None:
    op.add_column("alert", sa.Column("login_id", sa.Uuid(), nullable=True))
    op.alter_column("alert", "member_id", nullable=True)
    op.create_foreign_key(
        op.f("fk_alert_bank_id_login_id"),
        "alert",
        "login",
        ["bank_id", "login_id"],
        ["bank_id", "login_id"],
    )
    _check("alert", "kind", f"kind IN ({_KINDS}, 'many_records')")
    op.create_check_constraint(
        op.f("ck_alert_of_staff"), "alert", "(kind = 'many_records') = (login_id IS NOT NULL)"
    )
    op.create_check_constraint(
        op.f("ck_alert_of_somebody"), "alert", "num_nonnulls(member_id, login_id) > 0"
    )
    op.create_index(
        "ix_alert_open_of_staff",
        "alert",
        ["bank_id", "login_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL AND login_id IS NOT NULL"),
    )
    op.add_column(
        "alert_threshold",
        sa.Column("staff_people", sa.BigInteger(), nullable=False, server_default="10"),
    )
    op.alter_column("alert_threshold", "staff_people", server_default=None)
    _check("alert_threshold", "positive", f"least({_NUMBERS}, staff_people) > 0")


def downgrade() -> None:
    _check("alert_threshold", "positive", f"least({_NUMBERS}) > 0")
    op.drop_column("alert_threshold", "staff_people")
    op.execute("DELETE FROM alert WHERE kind = 'many_records'")
    op.drop_index("ix_alert_open_of_staff", "alert")
    op.drop_constraint(op.f("ck_alert_of_somebody"), "alert")
    op.drop_constraint(op.f("ck_alert_of_staff"), "alert")
    _check("alert", "kind", f"kind IN ({_KINDS})")
    op.drop_column("alert", "login_id")
    op.alter_column("alert", "member_id", nullable=False)
