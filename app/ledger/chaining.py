"""Linking what a deed posts to the chains of the accounts that it touches."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.ledger.chain import ChainedPosting, link
from app.ledger.deciding import Decision
from app.ledger.rules import AccountState, Instruction


def chained(
    asked: Instruction, decision: Decision, rows: Sequence[Mapping[str, Any]]
) -> dict[UUID, AccountState]:
    """The accounts after the instruction, each head linked to every posting that touched it."""
    after = dict(decision.after)
    for row in rows:
        digest = _as_chained(asked, row).digest()
        for account_id in (row["debit_account_id"], row["credit_account_id"]):
            state = after[account_id]
            after[account_id] = state._replace(head=link(state.head, digest))
    return after


def _as_chained(asked: Instruction, row: Mapping[str, Any]) -> ChainedPosting:
    return ChainedPosting(
        bank_id=asked.bank_id,
        posting_id=row["posting_id"],
        deed_id=row["deed_id"],
        kind=asked.kind,
        debit_account_id=row["debit_account_id"],
        credit_account_id=row["credit_account_id"],
        minutes=row["minutes"],
        debit_seq=row["debit_seq"],
        credit_seq=row["credit_seq"],
        debit_balance=row["debit_balance_minutes"],
        credit_balance=row["credit_balance_minutes"],
        posted_at=row["posted_at"],
        subject_id=asked.subject_id,
        reverses_posting_id=row["reverses_posting_id"],
    )
