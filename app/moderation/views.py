"""How a dispute is shown to its parties and to moderators."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from app.kit.ground import Work
from app.kit.values import Moment, View
from app.moderation.queries import Case
from app.moderation.rules import DisputeStatus, Outcome

DISAGREED = "We met for half an hour, not for a whole one."
Side = Literal["giver", "receiver"]


class AppealView(View):
    """The one appeal against an outcome, and what another moderator decided."""

    by: Side
    reason: str | None = Field(description="Null when its author has left and was forgotten.")
    outcome: Outcome | None = Field(examples=[Outcome.AS_AGREED])
    minutes: int | None = Field(description="What the exchange came to; null when void or open.")
    resolution_reason: str | None
    appealed_at: Moment
    resolved_at: Moment | None

    @classmethod
    def of(cls, work: Work, case: Case) -> "AppealView | None":
        """The view of a dispute's appeal, if there is one."""
        row = case.appeal
        if row is None:
            return None
        sealed, key = row.resolution_sealed, (row.bank_id, row.dispute_id)
        opened = work.envelopes.open
        return cls(
            by=case.side_of(row.appellant_id),
            reason=opened(row.reason_sealed, "appeal", *key),
            outcome=Outcome(row.outcome) if row.outcome else None,
            minutes=row.minutes,
            resolution_reason=opened(sealed, "appeal-resolution", *key) if sealed else None,
            appealed_at=row.appealed_at,
            resolved_at=row.resolved_at,
        )


class DisputeView(View):
    """A disagreement about one exchange, its outcome once there is one, and an appeal."""

    id: UUID
    exchange_id: UUID
    status: DisputeStatus = Field(examples=[DisputeStatus.RESOLVED])
    reason: str | None = Field(
        examples=[DISAGREED], description="Null when its author has left and was forgotten."
    )
    giver_alias: str
    receiver_alias: str
    opened_by: Side
    agreed_minutes: int
    delivered_minutes: int | None = Field(description="As the giver said; null before delivery.")
    outcome: Outcome | None = Field(examples=[Outcome.ADJUSTED])
    minutes: int | None = Field(
        examples=[30], description="What it came to at first; null when void or open."
    )
    resolution_reason: str | None
    opened_at: Moment
    resolved_at: Moment | None
    appeal: AppealView | None

    @classmethod
    def of(cls, work: Work, case: Case) -> "DisputeView":
        """The view of a dispute, its reasons opened."""
        row, exchange = case.dispute, case.exchange
        sealed, key = row.resolution_sealed, (row.bank_id, row.dispute_id)
        return cls(
            id=row.dispute_id,
            exchange_id=row.exchange_id,
            status=DisputeStatus(row.status),
            reason=work.envelopes.open(row.reason_sealed, "dispute", *key),
            giver_alias=case.giver_alias,
            receiver_alias=case.receiver_alias,
            opened_by=case.side_of(row.opener_id),
            agreed_minutes=exchange.minutes,
            delivered_minutes=exchange.delivered_minutes,
            outcome=Outcome(row.outcome) if row.outcome else None,
            minutes=row.minutes,
            resolution_reason=work.envelopes.open(sealed, "resolution", *key) if sealed else None,
            opened_at=row.opened_at,
            resolved_at=row.resolved_at,
            appeal=AppealView.of(work, case),
        )
