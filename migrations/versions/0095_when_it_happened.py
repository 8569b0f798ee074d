"""A deed says when it happened in the world, apart from when it was posted.

Of what was posted before, only what an exchange says is known; all else happened as it was posted.
Every leg hashes it, so the heads are computed anew, as in 0073, and sealing begins again.

Revision ID: 0095
Revises: 0094
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0095"
down_revision = "0094"
branch_labels = None
depends_on = None

_HAPPENED = """
    UPDATE deed d SET effective_at = least(d.posted_at, coalesce(
        (SELECT x.delivered_at FROM exchange x
          WHERE x.bank_id = d.bank_id AND x.exchange_id = d.subject_id
            AND (d.reference LIKE '%settlement' OR d.reference LIKE '%appeal')),
        d.posted_at))
"""
_MOMENT = "int8send((extract(epoch FROM {}) * 1000000)::bigint)"
_POSTED = _MOMENT.format("p.posted_at")
_EFFECTIVE = _MOMENT.format("d.effective_at")
_ID = "coalesce(uuid_send({}), decode(repeat('00', 16), 'hex'))"
_LEG = f"""
    '{{tag}}'::bytea || uuid_send(p.bank_id) || uuid_send(p.posting_id) || uuid_send(p.deed_id)
    || {{moments}} || {_ID.format("d.subject_id")} || {_ID.format("p.reverses_posting_id")}
    || int2send(octet_length(convert_to(d.kind, 'UTF8'))::smallint) || convert_to(d.kind, 'UTF8')
    || uuid_send(l.account_id) || int8send(l.change) || int8send(l.seq) || int8send(l.balance)
"""


def upgrade() -> None:
    moment = postgresql.TIMESTAMP(timezone=True)
    op.add_column("deed", sa.Column("effective_at", moment))
    op.execute(_HAPPENED)
    op.alter_column("deed", "effective_at", nullable=False)
    op.create_check_constraint(op.f("ck_deed_effective"), "deed", "effective_at <= posted_at")
    _link("timebank/ledger/leg/2", f"{_POSTED} || {_EFFECTIVE}")


def downgrade() -> None:
    _link("timebank/ledger/leg/1", _POSTED)
    op.drop_constraint(op.f("ck_deed_effective"), "deed")
    op.drop_column("deed", "effective_at")


def _link(tag: str, moments: str) -> None:
    """Give every account the head that its postings lead to, and no seal of another one."""
    op.execute("DELETE FROM sealed_head")
    op.execute("DELETE FROM seal")
    said = _LEG.format(tag=tag, moments=moments)
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
