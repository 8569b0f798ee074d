"""Chains of legs: an account's chain tells nothing of other sides, nor a seal how much there is.

The heads are computed anew, here in SQL and from the postings alone. A seal signed the heads of the
chains before: it would prove nothing any more, and the next one is the first again.

Revision ID: 0073
Revises: 0063
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0073"
down_revision = "0063"
branch_labels = None
depends_on = None

_AT = "int8send((extract(epoch FROM p.posted_at) * 1000000)::bigint)"
_ID = "coalesce(uuid_send({}), decode(repeat('00', 16), 'hex'))"
_SUBJECT = _ID.format("d.subject_id")
_REVERSES = _ID.format("p.reverses_posting_id")
_KIND = "int2send(octet_length(convert_to(d.kind, 'UTF8'))::smallint) || convert_to(d.kind, 'UTF8')"
_OF_ONE_SIDE = f"""
    'timebank/ledger/leg/1'::bytea || uuid_send(p.bank_id)
    || uuid_send(p.posting_id) || uuid_send(p.deed_id)
    || {_AT} || {_SUBJECT} || {_REVERSES} || {_KIND}
    || uuid_send(l.account_id) || int8send(l.change) || int8send(l.seq) || int8send(l.balance)
"""
_OF_BOTH_SIDES = f"""
    'timebank/ledger/posting/1'::bytea || uuid_send(p.bank_id)
    || uuid_send(p.posting_id) || uuid_send(p.deed_id)
    || uuid_send(p.debit_account_id) || uuid_send(p.credit_account_id)
    || int8send(p.minutes) || int8send(p.debit_seq) || int8send(p.credit_seq)
    || int8send(p.debit_balance_minutes) || int8send(p.credit_balance_minutes) || {_AT}
    || {_SUBJECT} || {_REVERSES} || {_KIND}
"""


def upgrade() -> None:
    _seal_anew()
    _link(_OF_ONE_SIDE)
    for name in ("salt", "contents"):
        op.add_column("seal", sa.Column(name, postgresql.BYTEA(), nullable=False))
    op.create_check_constraint(
        op.f("ck_seal_salted"), "seal", "octet_length(salt) = 16 AND octet_length(contents) = 32"
    )
    op.create_unique_constraint(op.f("uq_seal_bank_id_hash"), "seal", ["bank_id", "hash"])
    op.create_index(
        op.f("ix_sealed_head_bank_id_account_id_seal_no"),
        "sealed_head",
        ["bank_id", "account_id", "seal_no"],
    )


def downgrade() -> None:
    _seal_anew()
    _link(_OF_BOTH_SIDES)
    op.drop_index(op.f("ix_sealed_head_bank_id_account_id_seal_no"), "sealed_head")
    op.drop_constraint(op.f("uq_seal_bank_id_hash"), "seal")
    op.drop_constraint(op.f("ck_seal_salted"), "seal")
    op.drop_column("seal", "contents")
    op.drop_column("seal", "salt")


def _seal_anew() -> None:
    op.execute("DELETE FROM sealed_head")
    op.execute("DELETE FROM seal")


def _link(said: str) -> None:
    """Give every account the head that its postings lead to, each hashed as `said`."""
    op.execute(
        f"""
        DO $$
        DECLARE
            one record;
            linked bytea;
            digest bytea;
        BEGIN
            FOR one IN SELECT bank_id, account_id FROM account LOOP
                linked := sha256('timebank/ledger/genesis/1'::bytea
                                 || uuid_send(one.bank_id) || uuid_send(one.account_id));
                FOR digest IN
                    SELECT sha256({said})
                      FROM posting p
                      JOIN deed d ON d.bank_id = p.bank_id AND d.deed_id = p.deed_id
                     CROSS JOIN LATERAL (VALUES
                           (p.debit_account_id, -p.minutes, p.debit_seq, p.debit_balance_minutes),
                           (p.credit_account_id, p.minutes, p.credit_seq, p.credit_balance_minutes)
                           ) AS l (account_id, change, seq, balance)
                     WHERE p.bank_id = one.bank_id AND l.account_id = one.account_id
                       AND (p.debit_account_id = one.account_id OR p.credit_account_id = one.account_id)
                     ORDER BY l.seq
                LOOP
                    linked := sha256('timebank/ledger/link/1'::bytea || linked || digest);
                END LOOP;
                UPDATE account SET head = linked
                 WHERE bank_id = one.bank_id AND account_id = one.account_id;
            END LOOP;
        END $$
    """  # noqa: S608  # only what stands above is put in
    )
