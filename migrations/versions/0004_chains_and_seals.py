"""Hash chains of accounts, and seals over their heads.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.ledger.chain import ChainedPosting, genesis, link

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_POSTINGS = sa.text("""
    SELECT p.bank_id, p.posting_id, p.deed_id, d.kind, p.debit_account_id, p.credit_account_id,
           p.minutes, p.debit_seq, p.credit_seq,
           p.debit_balance_minutes AS debit_balance, p.credit_balance_minutes AS credit_balance,
           p.posted_at, d.subject_id, p.reverses_posting_id
      FROM posting p JOIN deed d ON d.bank_id = p.bank_id AND d.deed_id = p.deed_id
     WHERE p.bank_id = :bank_id
""")


def upgrade() -> None:
    op.add_column("account", sa.Column("head", postgresql.BYTEA(), nullable=True))
    _chain_what_is_there()
    op.alter_column("account", "head", nullable=False)
    op.create_check_constraint(op.f("ck_account_head"), "account", "octet_length(head) = 32")
    op.create_table(
        "seal",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("seal_no", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("accounts", sa.BigInteger(), nullable=False),
        sa.Column("postings", sa.BigInteger(), nullable=False),
        sa.Column("root", postgresql.BYTEA(), nullable=False),
        sa.Column("previous_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("hash", postgresql.BYTEA(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", postgresql.BYTEA(), nullable=False),
        sa.CheckConstraint("seal_no > 0", name=op.f("ck_seal_seal_no")),
        sa.CheckConstraint(
            "octet_length(root) = 32 AND octet_length(hash) = 32", name=op.f("ck_seal_hashes")
        ),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.bank_id"], name=op.f("fk_seal_bank_id")),
        sa.PrimaryKeyConstraint("bank_id", "seal_no", name=op.f("pk_seal")),
    )
    op.create_table(
        "sealed_head",
        sa.Column("bank_id", sa.Uuid(), nullable=False),
        sa.Column("seal_no", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("head", postgresql.BYTEA(), nullable=False),
        sa.CheckConstraint("octet_length(head) = 32", name=op.f("ck_sealed_head_head")),
        sa.ForeignKeyConstraint(
            ["bank_id", "seal_no"],
            ["seal.bank_id", "seal.seal_no"],
            name=op.f("fk_sealed_head_bank_id_seal_no"),
        ),
        sa.PrimaryKeyConstraint("bank_id", "seal_no", "account_id", name=op.f("pk_sealed_head")),
    )


def downgrade() -> None:
    op.drop_table("sealed_head")
    op.drop_table("seal")
    op.drop_constraint(op.f("ck_account_head"), "account")
    op.drop_column("account", "head")


def _chain_what_is_there() -> None:
    """Give every account the head that its postings lead to."""
    connection = op.get_bind()
    for (bank_id,) in connection.execute(sa.text("SELECT bank_id FROM bank")).all():
        found = sa.text("SELECT account_id FROM account WHERE bank_id = :bank_id")
        accounts = connection.execute(found, {"bank_id": bank_id}).scalars().all()
        heads = {account_id: genesis(bank_id, account_id) for account_id in accounts}
        legs = []
        for row in connection.execute(_POSTINGS, {"bank_id": bank_id}).mappings():
            posting = ChainedPosting(**row)
            legs.append((posting.debit_account_id, posting.debit_seq, posting.digest()))
            legs.append((posting.credit_account_id, posting.credit_seq, posting.digest()))
        for account_id, _, digest in sorted(legs):
            heads[account_id] = link(heads[account_id], digest)
        update = sa.text(
            "UPDATE account SET head = :head WHERE bank_id = :bank_id AND account_id = :account_id"
        )
        for account_id, head in heads.items():
            key = {"bank_id": bank_id, "account_id": account_id}
            connection.execute(update, key | {"head": head})
