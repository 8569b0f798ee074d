"""Appealing against an outcome, and deciding on it."""

from datetime import timedelta
from uuid import UUID

from app.exchanges import operations as exchanges
from app.exchanges.tables import Exchange
from app.identity.rules import Caller, Role
from app.kit.errors import NotFound
from app.kit.ground import Work
from app.kit.ids import new_id
from app.members.blocks import queries as blocks
from app.moderation import queries as disputes
from app.moderation.appeals import queries
from app.moderation.appeals.rules import (
    AlreadyAppealed,
    AnotherModerator,
    NotResolvedYet,
    TooLateToAppeal,
)
from app.moderation.appeals.tables import Appeal
from app.moderation.queries import Case
from app.moderation.rules import DisputeStatus, Ruling, WouldTell
from app.moderation.tables import Dispute
from app.notices import operations as notices
from app.notices.rules import NoticeKind
from app.screening import operations as screening
from app.screening.operations import Written
from app.screening.rules import Subject


async def appeal(work: Work, caller: Caller, dispute_id: UUID, reason: str) -> Dispute:
    """Ask for another moderator's decision; the first outcome stands until then.

    Raises:
        NotFound: when the caller is no party to such a dispute.
        NotResolvedYet: when there is no outcome.
        AlreadyAppealed: when either side has appealed before.
        TooLateToAppeal: when the term is over.
        WouldTell: when the caller blocks the other side.
    """
    case = await disputes.lock_case(work.session, caller, dispute_id)
    if not case.has_party(caller):
        raise NotFound
    row = _appeal(work, caller, case.dispute, reason)
    if case.appeal is not None:
        raise AlreadyAppealed
    if await blocks.has_named(work.session, caller, case.other_than(caller.me)):
        raise WouldTell
    work.session.add(row)
    case.dispute.status = DisputeStatus.APPEALED
    await screening.screen(work, caller, Written(Subject.APPEAL, row.appeal_id, reason))
    _tell(work, caller, case)
    await work.session.flush()
    return case.dispute


def _appeal(work: Work, caller: Caller, dispute: Dispute, reason: str) -> Appeal:
    if dispute.resolved_at is None or dispute.resolved_by is None:
        raise NotResolvedYet
    days = work.settings.appeal_days
    if work.now > dispute.resolved_at + timedelta(days=days):
        raise TooLateToAppeal(days=days)
    appeal_id = new_id()
    return Appeal(
        bank_id=caller.bank_id,
        appeal_id=appeal_id,
        dispute_id=dispute.dispute_id,
        appellant_id=caller.me,
        first_by=dispute.resolved_by,
        reason_sealed=work.envelopes.seal(caller.me, reason, "appeal", caller.bank_id, appeal_id),
        appealed_at=work.now,
    )


def _tell(work: Work, caller: Caller, case: Case) -> None:
    """Another moderator decides; the other side sees that it goes on."""
    kind, dispute_id = NoticeKind.DISPUTE_APPEALED, case.dispute.dispute_id
    notices.tell_staff(work, caller.bank_id, Role.MODERATOR, kind, dispute_id)
    notices.tell_member(work, caller.bank_id, case.other_than(caller.me), kind, dispute_id)


async def decide(
    work: Work, caller: Caller, dispute: Dispute, exchange: Exchange, ruling: Ruling
) -> None:
    """Decide on the appeal; where the outcome is another, one deed puts the books right.

    Raises:
        AnotherModerator: when the caller decided the dispute.
    """
    appealed = await queries.lock_appeal(work.session, dispute.bank_id, dispute.dispute_id)
    assert appealed is not None, "what is appealed has an appeal"
    if appealed.first_by == caller.login_id:
        raise AnotherModerator
    if ruling.minutes != exchange.settled_minutes:
        await exchanges.resolve(work, dispute.bank_id, exchange.exchange_id, ruling.minutes)
    appealed.outcome = ruling.outcome
    appealed.minutes = ruling.minutes
    key = ("appeal-resolution", appealed.bank_id, appealed.appeal_id)
    is_giver = appealed.appellant_id == exchange.giver_id
    other_id = exchange.receiver_id if is_giver else exchange.giver_id
    appealed.resolution_sealed, appealed.resolution_other_sealed = (
        work.envelopes.seal(side, ruling.reason, *key) for side in (appealed.appellant_id, other_id)
    )
    appealed.resolved_by = caller.login_id
    appealed.resolved_at = work.now
