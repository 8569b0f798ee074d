"""A posting as one of its two sides reads it."""

from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from app.kit.values import Moment, View
from app.ledger.statements.queries import StatementLine
from app.ledger.subjects import Subject


class StatementLineView(View):
    """One posting as I see it."""

    id: UUID
    at: Moment = Field(description="When it was posted: the running balance goes by it.")
    effective_at: Moment = Field(description="When it happened, as when a service was given.")
    direction: Literal["in", "out"]
    minutes: int
    balance_after_minutes: int
    kind: str
    exchange_id: UUID | None
    transfer_id: UUID | None = Field(description="Of hours sent to or received from another bank.")
    counterpart_alias: str | None = Field(
        examples=["Bor"],
        description="Null for the bank's own accounts; `former member` as in an exchange.",
    )
    reverses_id: UUID | None = Field(
        examples=[None], description="The posting that this one takes back."
    )
    reversed_by: list[UUID] = Field(
        examples=[[]], description="The postings that took this one back, in parts."
    )

    @classmethod
    def of(cls, line: StatementLine, aliases: dict[UUID, str]) -> Self:
        """The view of a line; `aliases` are those of the accounts on the other sides."""
        subject = Subject.of(line.kind, line.subject_id)
        return cls(
            id=line.posting_id,
            at=line.posted_at,
            effective_at=line.effective_at,
            direction="in" if line.is_credit else "out",
            minutes=line.minutes,
            balance_after_minutes=line.balance_minutes,
            kind=line.kind,
            exchange_id=subject.exchange_id,
            transfer_id=subject.transfer_id,
            counterpart_alias=aliases.get(line.counter_account_id),
            reverses_id=line.reverses_posting_id,
            reversed_by=line.reversed_by or [],
        )
