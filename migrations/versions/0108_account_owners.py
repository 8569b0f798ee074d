"""Whose an account is, written once: by the side of the account, and with its sealed heads.

A member who names an account that is not a member's stops this: let somebody look at the books.
Going down, what was sealed ends, as a program that knows no owners cannot prove it.

Revision ID: 0108
Revises: 0107
"""

import sqlalchemy as sa
from alembic import op

revision = "0108"
down_revision = "0107"
branch_labels = None
depends_on = None

OF_KIND = "uq_account_bank_id_account_id_kind"
TO_ACCOUNT = "fk_member_bank_id_account_id"
TO_OWNER = "fk_member_bank_id_account_id_member_id"
WHOSE = ["bank_id", "account_id", "member_id"]


def upgrade() -> None:
    op.create_unique_constraint(op.f(OF_KIND), "account", ["bank_id", "account_id", "kind"])
    op.create_table(
        "account_owner",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint("kind = 'member'", name=op.f("ck_account_owner_kind")),
        sa.ForeignKeyConstraint(
            ["bank_id", "account_id", "kind"],
            ["account.bank_id", "account.account_id", "account.kind"],
            name=op.f("fk_account_owner_bank_id_account_id_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_id", "member_id"],
            ["member.bank_id", "member.member_id"],
            name=op.f("fk_account_owner_bank_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "account_id", name=op.f("pk_account_owner")),
        sa.UniqueConstraint(
            "bank_id", "member_id", name=op.f("uq_account_owner_bank_id_member_id")
        ),
        sa.UniqueConstraint(*WHOSE, name=op.f("uq_account_owner_bank_id_account_id_member_id")),
    )
    op.execute(
        "INSERT INTO account_owner (bank_id, account_id, member_id, kind)"
        " SELECT bank_id, account_id, member_id, 'member' FROM member"
        " WHERE account_id IS NOT NULL"
    )
    op.drop_constraint(op.f(TO_ACCOUNT), "member")
    op.create_foreign_key(op.f(TO_OWNER), "member", "account_owner", WHOSE, WHOSE)
    op.add_column("sealed_head", sa.Column("owner_id", sa.Uuid()))


def downgrade() -> None:
    op.execute("DELETE FROM sealed_head")
    op.execute("DELETE FROM seal")
    op.drop_column("sealed_head", "owner_id")
    op.drop_constraint(op.f(TO_OWNER), "member")
    account = ["bank_id", "account_id"]
    op.create_foreign_key(op.f(TO_ACCOUNT), "member", "account", account, account)
    op.drop_table("account_owner")
    op.drop_constraint(op.f(OF_KIND), "account")
