"""Saying something in a dispute."""

from typing import NamedTuple
from uuid import UUID

from app.identity.rules import Caller, Role
from app.kit.ground import Work
from app.kit.ids import new_id
from app.members import queries as members
from app.moderation import queries
from app.moderation.queries import Case
from app.moderation.rules import DisputeResolved, DisputeStatus
from app.moderation.statements.queries import count_by
from app.moderation.statements.rules import STATEMENTS_MAX, TooManyStatements
from app.moderation.statements.tables import Statement
from app.notices import operations as notices
from app.notices.rules import NoticeKind


class Said(NamedTuple):
    """A statement, and the case that it is made in."""

    case: Case
    statement: Statement


async def state(work: Work, caller: Caller, dispute_id: UUID, text: str) -> Said:
    """Say something in a dispute that is not decided.

    Raises:
        NotFound: when the caller sees no such dispute.
        DisputeResolved: when it is decided.
        TooManyStatements: when the caller has said as much as one may.
    """
    case = await queries.lock_case(work.session, caller, dispute_id)
    if case.dispute.status == DisputeStatus.RESOLVED:
        raise DisputeResolved
    if await count_by(work.session, caller, dispute_id) >= STATEMENTS_MAX:
        raise TooManyStatements(statements_max=STATEMENTS_MAX)
    statement_id, is_party = new_id(), case.has_party(caller)
    owner_id = caller.me if is_party else case.dispute.opener_id
    statement = Statement(
        bank_id=caller.bank_id,
        statement_id=statement_id,
        dispute_id=dispute_id,
        member_id=caller.member_id if is_party else None,
        login_id=None if is_party else caller.login_id,
        text_sealed=work.envelopes.seal(owner_id, text, "statement", caller.bank_id, statement_id),
        said_at=work.now,
    )
    work.session.add(statement)
    await _tell(work, caller, case)
    return Said(case, statement)


async def _tell(work: Work, caller: Caller, case: Case) -> None:
    """Whoever else can read it; who cannot is told nothing, or they would know that it is there."""
    kind, dispute_id = NoticeKind.DISPUTE_STATED, case.dispute.dispute_id
    if case.has_party(caller):
        notices.tell_staff(work, caller.bank_id, Role.MODERATOR, kind, dispute_id)
    sides = {case.exchange.giver_id, case.exchange.receiver_id} - {caller.member_id}
    if case.has_party(caller):
        found = await members.find_parties(work.session, caller, sides)
        sides = {member_id for member_id in sides if found[member_id].id is not None}
    for member_id in sorted(sides):
        notices.tell_member(work, caller.bank_id, member_id, kind, dispute_id)
