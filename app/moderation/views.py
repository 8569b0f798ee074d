"""How a dispute is shown to its parties and to moderators."""

from typing import Final
from uuid import UUID

from pydantic import Field

from app.identity.rules import Caller
from app.kit.errors import NotFound
from app.kit.ground import Work
from app.kit.idempotency import Kept
from app.kit.values import Moment, View
from app.members.rules import FORMER_MEMBER
from app.moderation import queries, reading
from app.moderation.queries import Case, Side
from app.moderation.rules import DisputeStatus, Outcome

DISAGREED: Final = "We met for half an hour, not for a whole one."
_READ_ONE_BY_ONE: Final = ("reason", "giver_alias", "receiver_alias", "resolution_reason")
_WHOSE_WORDS: Final = (
    "Null when it waits to be read, its time is over, or a former member wrote it;"
    " and in a moderator's list."
)


class AppealView(View):
    """The one appeal against an outcome, and what another moderator decided."""

    by: Side
    reason: str | None = Field(description=_WHOSE_WORDS)
    outcome: Outcome | None = Field(examples=[Outcome.AS_AGREED])
    minutes: int | None = Field(description="What the exchange came to; null when void or open.")
    resolution_reason: str | None
    appealed_at: Moment
    resolved_at: Moment | None

    @classmethod
    def of(cls, work: Work, caller: Caller, case: Case) -> "AppealView | None":
        """The view of a dispute's appeal, if there is one, its words opened."""
        row = case.appeal
        if row is None:
            return None
        return cls(
            by=case.side_of(row.appellant_id),
            reason=reading.appeal_of(work, caller, case, row),
            outcome=Outcome(row.outcome) if row.outcome else None,
            minutes=row.minutes,
            resolution_reason=reading.decision_of(work, caller, case, row),
            appealed_at=row.appealed_at,
            resolved_at=row.resolved_at,
        )


class DisputeView(View):
    """A disagreement about one exchange, its outcome once there is one, and an appeal."""

    id: UUID
    exchange_id: UUID
    status: DisputeStatus = Field(examples=[DisputeStatus.RESOLVED])
    reason: str | None = Field(examples=[DISAGREED], description=_WHOSE_WORDS)
    giver_alias: str | None = Field(description="Null in a moderator's list.")
    receiver_alias: str | None = Field(description="Null in a moderator's list.")
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
    def listed(cls, work: Work, caller: Caller, case: Case) -> "DisputeView":
        """The view of a dispute in a list: to those who only judge it, without words and names."""
        whole = cls.of(work, caller, case)
        if case.has_party(caller):
            return whole
        unread = dict.fromkeys(("reason", "resolution_reason"))
        appeal = whole.appeal and whole.appeal.model_copy(update=unread)
        return whole.model_copy(update=dict.fromkeys(_READ_ONE_BY_ONE) | {"appeal": appeal})

    @classmethod
    def of(cls, work: Work, caller: Caller, case: Case) -> "DisputeView":
        """The view of a dispute, its words opened."""
        row, shown = case.dispute, case.shown
        return cls(
            id=row.dispute_id,
            exchange_id=row.exchange_id,
            status=DisputeStatus(row.status),
            reason=reading.reason_of(work, caller, case),
            giver_alias=shown.giver.alias,
            receiver_alias=shown.receiver.alias,
            opened_by=case.side_of(row.opener_id),
            agreed_minutes=shown.exchange.minutes,
            delivered_minutes=shown.exchange.delivered_minutes,
            outcome=Outcome(row.outcome) if row.outcome else None,
            minutes=row.minutes,
            resolution_reason=reading.resolution_of(work, caller, case),
            opened_at=row.opened_at,
            resolved_at=row.resolved_at,
            appeal=AppealView.of(work, caller, case),
        )


async def refuse_unreadable(work: Work, caller: Caller, kept: Kept) -> None:
    """See that what a kept answer shows of the other side can still be read.

    Raises:
        NotFound: when they are a former member by now and were not then, or it is not the caller's.
    """
    then = DisputeView.model_validate_json(kept.body)
    dispute = await queries.get_dispute(work.session, caller, then.id)
    (case,) = await queries.find_cases(work.session, caller, [dispute])
    was_seen = FORMER_MEMBER not in {then.giver_alias, then.receiver_alias}
    if was_seen and case.has_party(caller) and not case.shown.both_seen:
        raise NotFound
