"""Saying something in a dispute."""

from typing import NamedTuple
from uuid import UUID

from app.identity.rules import Caller, Role
from app.kit.ground import Work
from app.kit.ids import new_id
from app.moderation import queries
from app.moderation.queries import Case
from app.moderation.rules import DisputeResolved, DisputeStatus
from app.moderation.statements.queries import count_by
from app.moderation.statements.rules import STATEMENTS_MAX, TooManyStatements
from app.moderation.statements.tables import Statement
from app.notices import operations as notices
from app.notices.operations import Told
from app.notices.rules import NoticeKind
from app.openings import operations as openings
from app.openings.rules import OpeningKind
from app.screening import operations as screening
from app.screening.operations import Written
from app.screening.rules import Subject


class Said(NamedTuple):
    """A statement, and the case that it is made in."""

    case: Case
    statement: Statement


async def state(work: Work, caller: Caller, dispute_id: UUID, text: str) -> Said:
    """Say something in a dispute that is not decided.

    Raises:
        NotFound: when the caller sees no such dispute.
        DisputeResolved: when it is decided.
        Concerned: when the moderator has something of their own with one of the two.
        TooManyStatements: when the caller has said as much as one may.
    """
    case = await queries.lock_case(work.session, caller, dispute_id)
    if case.dispute.status == DisputeStatus.RESOLVED:
        raise DisputeResolved
    if await count_by(work.session, caller, dispute_id) >= STATEMENTS_MAX:
        raise TooManyStatements(statements_max=STATEMENTS_MAX)
    if case.has_party(caller):
        return Said(case, await _say(work, caller, case, text))
    await openings.open_case(work, caller, case.parties, OpeningKind.DISPUTE, None)
    return Said(case, _ask(work, caller, case, text))


async def _say(work: Work, caller: Caller, case: Case, text: str) -> Statement:
    """A party says it to the moderators; the other reads it if they see the caller in it."""
    row = _statement(work, case, caller.me, text)
    row.member_id = caller.me
    work.session.add(row)
    kind, dispute_id = NoticeKind.DISPUTE_STATED, case.dispute.dispute_id
    notices.tell_staff(work, row.bank_id, Role.MODERATOR, kind, dispute_id)
    is_met, other = case.shown.is_met, case.other_than(caller.me)
    written = Written(
        Subject.STATEMENT,
        row.statement_id,
        text,
        told_id=other if is_met else None,
        told_of=case.shown.exchange.exchange_id,
    )
    if not await screening.screen(work, caller, written):
        told = Told(row.bank_id, kind, dispute_id, member_id=other)
        await notices.tell_member_if(work, told, may_know=is_met)
    return row


def _ask(work: Work, caller: Caller, case: Case, text: str) -> Statement:
    """A moderator asks both."""
    opener_id = case.dispute.opener_id
    row = _statement(work, case, opener_id, text)
    row.login_id = caller.login_id
    row.text_other_sealed = work.envelopes.seal(
        case.other_than(opener_id), text, "statement", row.bank_id, row.statement_id
    )
    work.session.add(row)
    for side in case.parties:
        kind = NoticeKind.DISPUTE_STATED
        notices.tell_member(work, row.bank_id, side, kind, row.dispute_id)
    return row


def _statement(work: Work, case: Case, owner_id: UUID, text: str) -> Statement:
    bank_id, statement_id = case.dispute.bank_id, new_id()
    return Statement(
        bank_id=bank_id,
        statement_id=statement_id,
        dispute_id=case.dispute.dispute_id,
        text_sealed=work.envelopes.seal(owner_id, text, "statement", bank_id, statement_id),
        said_at=work.now,
    )
