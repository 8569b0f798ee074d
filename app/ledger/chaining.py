"""Linking what a deed posts to the chains of the accounts that it touches."""

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any
from uuid import UUID

from app.ledger.chain import ChainedLeg, ChainedPosting, link
from app.ledger.deciding import Decision
from app.ledger.rules import Instruction


def chain(
    heads: MutableMapping[UUID, bytes],
    asked: Instruction,
    decision: Decision,
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Link to the heads of the accounts, in place, every posting of the deed that touched them."""
    for row in rows:
        packed = _posting(asked, decision, row).packed()
        for leg in _legs(row):
            heads[leg.account_id] = link(heads[leg.account_id], leg.digest(packed))


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
