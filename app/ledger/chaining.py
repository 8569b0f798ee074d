"""Linking what a deed posts to the chains of the accounts that it touches."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.ledger.chain import ChainedLeg, ChainedPosting, link
from app.ledger.deciding import Decision
from app.ledger.rules import Instruction
from app.ledger.states import AccountState


def chained(
    asked: Instruction, decision: Decision, rows: Sequence[Mapping[str, Any]]
) -> dict[UUID, AccountState]:
    """The accounts after the instruction, each head linked to every posting that touched it."""
    after = dict(decision.after)
    for row in rows:
        packed = _posting(asked, decision, row).packed()
        for leg in _legs(row):
            state = after[leg.account_id]
            after[leg.account_id] = state.linked(link(state.head, leg.digest(packed)))
    return after


def _posting(asked: Instruction, decision: Decision, row: Mapping[str, Any]) -> ChainedPosting:
    return ChainedPosting(
        asked.bank_id,
        row["posting_id"],
        row["deed_id"],
        asked.kind,
        decision.posted_at,
        decision.effective_at,
        asked.subject_id,
        row["reverses_posting_id"],
    )


def _legs(row: Mapping[str, Any]) -> tuple[ChainedLeg, ChainedLeg]:
    debit, credit, minutes = row["debit_account_id"], row["credit_account_id"], row["minutes"]
    return (
        ChainedLeg(debit, -minutes, row["debit_seq"], row["debit_balance_minutes"]),
        ChainedLeg(credit, minutes, row["credit_seq"], row["credit_balance_minutes"]),
    )
