"""Opening and resolving disputes."""

from uuid import UUID

from app.exchanges import operations as exchanges
from app.exchanges import queries as exchange_queries
from app.exchanges.tables import Exchange
from app.identity.rules import Caller, Role
from app.kit.ground import Work
from app.kit.ids import new_id
from app.members.blocks import queries as blocks
from app.moderation import queries
from app.moderation.appeals import operations as appeals
from app.moderation.rules import (
    AlreadyDisputed,
    DisputeResolved,
    DisputeStatus,
    Outcome,
    Ruling,
    WouldTell,
    minutes_of,
)
from app.moderation.tables import Dispute
from app.notices import operations as notices
from app.notices.rules import NoticeKind
from app.openings import operations as openings
from app.openings.rules import OpeningKind
from app.screening import operations as screening
from app.screening.operations import Written
from app.screening.rules import Subject


async def open_dispute(work: Work, caller: Caller, exchange_id: UUID, reason: str) -> Dispute:
    """Stop one's exchange until a moderator has decided; a hold stays.

    Raises:
        NotFound, StepNotOpen, NotYourStep, TooLateToDispute: as the exchange has it.
        AlreadyDisputed: when a moderator has decided on it before.
        WouldTell: when the caller blocks the other side.
    """
    exchange = await exchanges.dispute(work, caller, exchange_id)
    if await blocks.has_named(work.session, caller, _other(exchange, caller.me)):
        raise WouldTell
    if await queries.find_dispute_of(work.session, caller.bank_id, exchange_id) is not None:
        raise AlreadyDisputed
    dispute = open_case(work, exchange, caller.me, reason)
    await screening.screen(work, caller, Written(Subject.DISPUTE, dispute.dispute_id, reason))
    kind, other = NoticeKind.DISPUTE_OPENED, _other(exchange, caller.me)
    notices.tell_member(work, caller.bank_id, other, kind, dispute.dispute_id)
    return dispute


def open_case(work: Work, exchange: Exchange, opener_id: UUID, reason: str) -> Dispute:
    """A case about an exchange that is stopped already; the moderators are told."""
    dispute_id = new_id()
    dispute = Dispute(
        bank_id=exchange.bank_id,
        dispute_id=dispute_id,
        exchange_id=exchange.exchange_id,
        opener_id=opener_id,
        status=DisputeStatus.OPEN,
        reason_sealed=work.envelopes.seal(
            opener_id, reason, "dispute", exchange.bank_id, dispute_id
        ),
        opened_at=work.now,
    )
    work.session.add(dispute)
    kind = NoticeKind.DISPUTE_OPENED
    notices.tell_staff(work, exchange.bank_id, Role.MODERATOR, kind, dispute_id)
    return dispute


async def resolve(
    work: Work,
    caller: Caller,
    dispute_id: UUID,
    *,
    outcome: Outcome,
    minutes: int | None,
    reason: str,
) -> Dispute:
    """Decide: as agreed, other minutes, or void. The books follow in the same transaction.

    Raises:
        NotFound: when the bank has no such dispute.
        DisputeResolved: when it was decided before, and is not appealed.
        Concerned: when the moderator has something of their own with one of the two.
        AnotherModerator: when it is an appeal, and the first outcome was the caller's.
        MinutesDoNotFit: when minutes and outcome do not go together.
    """
    dispute = await queries.lock_dispute(work.session, caller, dispute_id)
    if dispute.status == DisputeStatus.RESOLVED:
        raise DisputeResolved
    exchange = await exchange_queries.lock_any_exchange(
        work.session, caller.bank_id, dispute.exchange_id
    )
    parties = (exchange.giver_id, exchange.receiver_id)
    await openings.open_case(work, caller, parties, OpeningKind.DISPUTE, None)
    ruling = Ruling(outcome, minutes_of(outcome, exchange.minutes, minutes), reason)
    if dispute.status == DisputeStatus.APPEALED:
        await appeals.decide(work, caller, dispute, exchange, ruling)
    else:
        await _decide(work, caller, dispute, exchange, ruling)
    dispute.status = DisputeStatus.RESOLVED
    for member_id in parties:
        kind = NoticeKind.DISPUTE_RESOLVED
        notices.tell_member(work, caller.bank_id, member_id, kind, dispute_id)
    return dispute


async def _decide(
    work: Work, caller: Caller, dispute: Dispute, exchange: Exchange, ruling: Ruling
) -> None:
    await exchanges.resolve(work, caller.bank_id, dispute.exchange_id, ruling.minutes)
    dispute.outcome = ruling.outcome
    dispute.minutes = ruling.minutes
    dispute.resolution_sealed, dispute.resolution_other_sealed = (
        work.envelopes.seal(side, ruling.reason, "resolution", caller.bank_id, dispute.dispute_id)
        for side in (dispute.opener_id, _other(exchange, dispute.opener_id))
    )
    dispute.resolved_by = caller.login_id
    dispute.resolved_at = work.now


def _other(exchange: Exchange, side: UUID) -> UUID:
    return exchange.receiver_id if side == exchange.giver_id else exchange.giver_id
