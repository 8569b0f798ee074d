"""Appealing against an outcome, and deciding on it."""

from datetime import timedelta
from uuid import UUID

from app.exchanges import operations as exchanges
from app.exchanges.tables import Exchange
from app.identity.rules import Caller, Role
from app.kit.errors import NotFound
from app.kit.ground import Work
from app.moderation import queries as disputes
from app.moderation.appeals import queries
from app.moderation.appeals.rules import (
    AlreadyAppealed,
    AnotherModerator,
    NotResolvedYet,
    TooLateToAppeal,
)
from app.moderation.appeals.tables import Appeal
from app.moderation.rules import DisputeStatus, Ruling
from app.moderation.tables import Dispute
from app.notices import operations as notices
from app.notices.rules import NoticeKind


async def appeal(work: Work, caller: Caller, dispute_id: UUID, reason: str) -> Dispute:
    """Ask for another moderator's decision; the first outcome stands until then.

    Raises:
        NotFound: when the caller is no party to such a dispute.
        NotResolvedYet: when there is no outcome.
        AlreadyAppealed: when either side has appealed before.
        TooLateToAppeal: when the term is over.
    """
    case = await disputes.lock_case(work.session, caller, dispute_id)
    dispute = case.dispute
    if not case.has_party(caller):
        raise NotFound
    if dispute.resolved_at is None or dispute.resolved_by is None:
        raise NotResolvedYet
    if await queries.lock_appeal(work.session, caller.bank_id, dispute_id) is not None:
        raise AlreadyAppealed
    days = work.settings.appeal_days
    if work.now > dispute.resolved_at + timedelta(days=days):
        raise TooLateToAppeal(days=days)
    key = (caller.bank_id, dispute_id)
    work.session.add(
        Appeal(
            bank_id=caller.bank_id,
            dispute_id=dispute_id,
            appellant_id=caller.me,
            first_by=dispute.resolved_by,
            reason_sealed=work.envelopes.seal(caller.me, reason, "appeal", *key),
            appealed_at=work.now,
        )
    )
    dispute.status = DisputeStatus.APPEALED
    kind = NoticeKind.DISPUTE_APPEALED
    notices.tell_staff(work, caller.bank_id, Role.MODERATOR, kind, dispute_id)
    notices.tell_member(work, caller.bank_id, case.other_than(caller), kind, dispute_id)
    await work.session.flush()
    return dispute


async def decide(
    work: Work, caller: Caller, dispute: Dispute, exchange: Exchange, ruling: Ruling
) -> None:
    """Decide on the appeal; where the outcome is another, one deed puts the books right.

    Raises:
        AnotherModerator: when the caller decided the dispute.
    """
    key = (dispute.bank_id, dispute.dispute_id)
    appealed = await queries.lock_appeal(work.session, *key)
    assert appealed is not None, "what is appealed has an appeal"
    if appealed.first_by == caller.login_id:
        raise AnotherModerator
    if ruling.minutes != exchange.settled_minutes:
        await exchanges.resolve(work, dispute.bank_id, exchange.exchange_id, ruling.minutes)
    appealed.outcome = ruling.outcome
    appealed.minutes = ruling.minutes
    appealed.resolution_sealed = work.envelopes.seal(
        appealed.appellant_id, ruling.reason, "appeal-resolution", *key
    )
    appealed.resolved_by = caller.login_id
    appealed.resolved_at = work.now
