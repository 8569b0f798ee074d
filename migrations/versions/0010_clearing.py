"""Clearing accounts, agreements with partner banks, transfers and arrivals.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_account_kind"), "account")
    _account_kinds("'member', 'fund', 'issuing', 'clearing'", "kind IN ('fund', 'issuing')")
    op.create_table(
        "clearing",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("partner_bank_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("bank_id <> partner_bank_id", name=op.f("ck_clearing_two_banks")),
        sa.ForeignKeyConstraint(
            ["bank_id", "account_id"],
            ["account.bank_id", "account.account_id"],
            name=op.f("fk_clearing_bank_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "partner_bank_id", name=op.f("pk_clearing")),
        sa.UniqueConstraint("bank_id", "account_id", name=op.f("uq_clearing_bank_id_account_id")),
    )
    op.create_table(
        "partner_agreement",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("partner_bank_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("floor_minutes", sa.BigInteger(), nullable=False),
        sa.Column("ceiling_minutes", sa.BigInteger(), nullable=False),
        sa.Column("agreed_by", sa.Uuid(), nullable=False),
        sa.Column("agreed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("withdrawn_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "bank_id <> partner_bank_id", name=op.f("ck_partner_agreement_two_banks")
        ),
        sa.CheckConstraint(
            "floor_minutes <= 0 AND ceiling_minutes >= 0", name=op.f("ck_partner_agreement_limits")
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "agreed_by"],
            ["login.bank_id", "login.login_id"],
            name=op.f("fk_partner_agreement_bank_id_agreed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "partner_bank_id"],
            ["clearing.bank_id", "clearing.partner_bank_id"],
            name=op.f("fk_partner_agreement_bank_id_partner_bank_id"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "partner_bank_id", name=op.f("pk_partner_agreement")),
    )
    _transfers()


def downgrade() -> None:
    """The books stay whole: what clearing accounts hold stays, on accounts that nobody owns."""
    op.drop_table("transfer_arrival")
    op.drop_table("transfer")
    op.drop_table("partner_agreement")
    op.drop_table("clearing")
    op.drop_constraint(op.f("ck_account_kind"), "account")
    op.execute(
        """UPDATE account a SET kind = 'member', policy_floor_minutes = b.floor_minutes,
                  floor_minutes = least(b.floor_minutes, a.balance_minutes - a.held_minutes)
             FROM bank b WHERE b.bank_id = a.bank_id AND a.kind = 'clearing'"""
    )
    _account_kinds("'member', 'fund', 'issuing'", "kind <> 'member'")


def _account_kinds(kinds: str, of_bank: str) -> None:
    op.create_check_constraint(op.f("ck_account_kind"), "account", f"kind IN ({kinds})")
    op.drop_index("ix_account_of_bank", "account")
    op.create_index(
        "ix_account_of_bank",
        "account",
        ["bank_id", "kind"],
        unique=True,
        postgresql_where=sa.text(of_bank),
    )


def _transfers() -> None:
    op.create_table(
        "transfer",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("partner_bank_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("giver_id", sa.Uuid(), nullable=True),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("posting_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("look_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_transfer_minutes")),
        sa.CheckConstraint(
            "status IN ('sent', 'delivered', 'returned')", name=op.f("ck_transfer_status")
        ),
        sa.CheckConstraint(
            "(status = 'sent') = (giver_id IS NOT NULL) AND (status = 'sent') = (ended_at IS NULL)",
            name=op.f("ck_transfer_ended"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "partner_bank_id"],
            ["partner_agreement.bank_id", "partner_agreement.partner_bank_id"],
            name=op.f("fk_transfer_bank_id_partner_bank_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "member_id"],
            ["member.bank_id", "member.member_id"],
            name=op.f("fk_transfer_bank_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "hold_id"],
            ["hold.bank_id", "hold.hold_id"],
            name=op.f("fk_transfer_bank_id_hold_id"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "posting_id"],
            ["posting.bank_id", "posting.posting_id"],
            name=op.f("fk_transfer_bank_id_posting_id"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "transfer_id", name=op.f("pk_transfer")),
    )
    op.create_index(
        "ix_transfer_under_way",
        "transfer",
        ["bank_id", "look_at"],
        postgresql_where=sa.text("status = 'sent'"),
    )
    op.create_table(
        "transfer_arrival",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("from_bank_id", sa.Uuid(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("is_accepted", sa.Boolean(), nullable=False),
        sa.Column("arrived_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_transfer_arrival_minutes")),
        sa.ForeignKeyConstraint(
            ["bank_id"], ["bank.bank_id"], name=op.f("fk_transfer_arrival_bank_id")
        ),
        sa.PrimaryKeyConstraint("bank_id", "transfer_id", name=op.f("pk_transfer_arrival")),
    )
