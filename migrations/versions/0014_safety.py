"""What a bank does for safety; how well the staff know a member; contacts; held texts.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = postgresql.TIMESTAMP(timezone=True)
FULL = 3
KINDS = "'lookup', 'record', 'dispute', {}'sealed', 'contact'"


def _key(table: str, columns: str, there: str, to: str) -> sa.ForeignKeyConstraint:
    names = columns.split()
    return sa.ForeignKeyConstraint(
        names,
        [f"{there}.{name}" for name in to.split()],
        name=op.f(f"fk_{table}_{'_'.join(names)}"),
    )


def _opening_kinds(more: str) -> None:
    op.drop_constraint(op.f("ck_opening_kind"), "opening")
    op.create_check_constraint(
        op.f("ck_opening_kind"), "opening", f"kind IN ({KINDS.format(more)})"
    )


def upgrade() -> None:
    _opening_kinds("'screening', ")
    op.add_column(
        "member", sa.Column("level", sa.BigInteger(), nullable=False, server_default=str(FULL))
    )
    op.alter_column("member", "level", server_default=None)
    op.create_check_constraint(op.f("ck_member_level"), "member", "level BETWEEN 0 AND 3")
    op.create_table(
        "bank_safety",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("vetting_ladder", sa.Boolean(), nullable=False),
        sa.Column("first_listings_read", sa.Boolean(), nullable=False),
        sa.Column("screening", sa.Boolean(), nullable=False),
        sa.Column("contacts_new_max", sa.BigInteger(), nullable=True),
        sa.Column("contacts_max", sa.BigInteger(), nullable=True),
        sa.Column("alerts", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "contacts_new_max > 0 AND contacts_max > 0", name=op.f("ck_bank_safety_contacts")
        ),
        _key("bank_safety", "bank_id", "bank", "bank_id"),
        sa.PrimaryKeyConstraint("bank_id", name=op.f("pk_bank_safety")),
    )
    op.execute(
        "INSERT INTO bank_safety SELECT bank_id, s, s, s, CASE WHEN s THEN 5 END,"
        " CASE WHEN s THEN 20 END, s, 1 FROM (SELECT bank_id, preset = 'sheltered' s FROM bank) b"
    )
    _contacts()
    _screenings()


def _contacts() -> None:
    op.create_table(
        "contact_attempt",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("tried_at", MOMENT, nullable=False),
        _key("contact_attempt", "bank_id member_id", "member", "bank_id member_id"),
        _key("contact_attempt", "bank_id to_id", "member", "bank_id member_id"),
        sa.PrimaryKeyConstraint("bank_id", "attempt_id", name=op.f("pk_contact_attempt")),
    )
    op.create_index(
        op.f("ix_contact_attempt_bank_id_member_id_tried_at"),
        "contact_attempt",
        ["bank_id", "member_id", "tried_at"],
    )
    op.create_index(op.f("ix_contact_attempt_tried_at"), "contact_attempt", ["tried_at"])


def _screenings() -> None:
    op.create_table(
        "screening",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("screening_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("text_sealed", postgresql.BYTEA(), nullable=False),
        sa.Column("signals", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("told_id", sa.Uuid(), nullable=True),
        sa.Column("told_of", sa.Uuid(), nullable=True),
        sa.Column("held_at", MOMENT, nullable=False),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.Column("resolved_at", MOMENT, nullable=True),
        sa.Column("reason_sealed", postgresql.BYTEA(), nullable=True),
        sa.CheckConstraint("subject IN ('listing', 'message')", name=op.f("ck_screening_subject")),
        sa.CheckConstraint(
            "status IN ('open', 'released', 'kept')", name=op.f("ck_screening_status")
        ),
        sa.CheckConstraint(
            "num_nulls(resolved_by, resolved_at, reason_sealed)"
            " = CASE WHEN status = 'open' THEN 3 ELSE 0 END",
            name=op.f("ck_screening_resolved_whole"),
        ),
        _key("screening", "bank_id author_id", "member", "bank_id member_id"),
        _key("screening", "bank_id told_id", "member", "bank_id member_id"),
        _key("screening", "bank_id resolved_by", "login", "bank_id login_id"),
        sa.PrimaryKeyConstraint("bank_id", "screening_id", name=op.f("pk_screening")),
    )
    op.create_index(
        "ix_screening_held",
        "screening",
        ["bank_id", "subject_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'released'"),
    )
    op.create_index(
        "ix_screening_queue", "screening", ["bank_id", "status", "held_at", "screening_id"]
    )


def downgrade() -> None:
    op.execute("DELETE FROM notice WHERE kind = 'screening_waiting'")
    op.drop_table("screening")
    op.drop_table("contact_attempt")
    op.drop_table("bank_safety")
    op.drop_column("member", "level")
    op.execute("UPDATE opening SET kind = 'record' WHERE kind = 'screening'")
    _opening_kinds("")
