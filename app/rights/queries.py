"""Reading all that is held about somebody, and who is to be forgotten."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Table,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.credentials.rules import OPEN_DAYS
from app.credentials.tables import RecoveryCode
from app.exchanges.rules import Status
from app.exchanges.tables import Exchange, Message
from app.kit.db import Base
from app.kit.queries import BATCH_MAX
from app.members.blocks.tables import Block
from app.members.rules import MemberStatus
from app.members.tables import Member
from app.moderation.appeals.tables import Appeal
from app.moderation.rules import DisputeStatus
from app.moderation.statements.tables import Statement
from app.moderation.tables import Dispute
from app.openings.rules import UNSEEN
from app.openings.tables import Opening
from app.records.tables import Emergency
from app.rights.mapping import Held
from app.screening.rules import Subject
from app.screening.tables import Screening

EXPORT_ROWS_MAX: Final = 10_000
"""Of one table; who has more of something is told so."""
_OF_CASES: Final = frozenset(one.__tablename__ for one in (Dispute, Appeal, Statement))
"""In these moderators write to both sides, whoever of them the row names."""
OVER: Final = (Status.SETTLED, Status.DECLINED, Status.CANCELLED, Status.EXPIRED)


async def list_held(
    session: AsyncSession, table: str, held: Held, bank_id: UUID, ids: set[UUID]
) -> Sequence[RowMapping]:
    """The rows of a table that belong to whoever has these ids."""
    rows: Table = Base.metadata.tables[table]
    theirs: list[ColumnElement[bool]] = [rows.c[name].in_(ids) for name in held.of.split()]
    if table in _OF_CASES:
        theirs.append(_told_in_a_case(rows, ids))
    asked = (
        select(rows)
        .where(rows.c.bank_id == bank_id, or_(*theirs))
        .order_by(*rows.primary_key)
        .limit(EXPORT_ROWS_MAX)
    )
    if table == Block.__tablename__:  # what follows from a contact would tell whose it is
        asked = asked.where(rows.c.cause_id == rows.c.blocked_id)
    if table == Exchange.__tablename__:  # what never existed for them
        asked = asked.where(or_(rows.c.unseen_by.is_(None), rows.c.unseen_by.not_in(ids)))
    if table == Opening.__tablename__:  # who is watched over must not be able to tell
        asked = asked.where(rows.c.kind.not_in(UNSEEN))
    return (await session.execute(asked)).mappings().all()


def _told_in_a_case(rows: Table, ids: set[UUID]) -> ColumnElement[bool]:
    """The condition that a moderator wrote or decided it in a dispute about their exchange.

    As in their lists: whatever became of the other side, whose words only the other's key opens.
    """
    case = aliased(Dispute)
    of_theirs = exists().where(
        case.bank_id == rows.c.bank_id,
        case.dispute_id == rows.c.dispute_id,
        Exchange.bank_id == case.bank_id,
        Exchange.exchange_id == case.exchange_id,
        or_(Exchange.giver_id.in_(ids), Exchange.receiver_id.in_(ids)),
    )
    by_staff = rows.c.member_id.is_(None) if rows.name == Statement.__tablename__ else true()
    return and_(of_theirs, by_staff)


async def has_open_case(
    session: AsyncSession, member: Member, settled_after: datetime, resolved_after: datetime
) -> bool:
    """Whether something of the member's is not over, or may still be disputed or appealed."""
    appealable = exists().where(
        Dispute.bank_id == Exchange.bank_id,
        Dispute.exchange_id == Exchange.exchange_id,
        or_(Dispute.status == DisputeStatus.APPEALED, Dispute.resolved_at > resolved_after),
    )
    asked = select(
        exists().where(
            Exchange.bank_id == member.bank_id,
            or_(
                Exchange.giver_id == member.member_id,
                Exchange.receiver_id == member.member_id,
            ),
            or_(Exchange.status.not_in(OVER), Exchange.settled_at > settled_after, appealable),
        )
    )
    return bool(await session.scalar(asked))


async def list_rejected(session: AsyncSession, decided_before: datetime) -> Sequence[Member]:
    """Declined applicants whose time is over."""
    asked = (
        select(Member)
        .where(
            Member.status == MemberStatus.REJECTED,
            Member.forgotten_at.is_(None),
            Member.decided_at < decided_before,
        )
        .limit(BATCH_MAX)
    )
    return (await session.scalars(asked)).all()


async def list_forgotten(session: AsyncSession, since: datetime) -> Sequence[UUID]:
    """Who was forgotten since then."""
    asked = select(Member.member_id).where(Member.forgotten_at >= since)
    return (await session.scalars(asked)).all()


def is_over_since(
    bank_id: ColumnElement[UUID], exchange_id: ColumnElement[UUID], before: datetime
) -> ColumnElement[bool]:
    """The condition that an exchange, and any dispute about it, has been over since then."""
    disputed = exists().where(
        Dispute.bank_id == Exchange.bank_id,
        Dispute.exchange_id == Exchange.exchange_id,
        or_(Dispute.status != DisputeStatus.RESOLVED, Dispute.resolved_at >= before),
    )
    return exists().where(
        Exchange.bank_id == bank_id,
        Exchange.exchange_id == exchange_id,
        Exchange.status.in_(OVER),
        func.coalesce(Exchange.settled_at, Exchange.created_at) < before,
        ~disputed,
    )


def old_reasons(before: datetime) -> ColumnElement[bool]:
    """The condition of exchanges that are over and whose reason's time is over too."""
    return and_(
        Exchange.status.in_(OVER),
        Exchange.created_at < before,
        Exchange.reason_sealed.is_not(None),
    )


def old_cases(before: datetime) -> ColumnElement[bool]:
    """The condition of disputes whose words' time is over."""
    return and_(
        Dispute.status == DisputeStatus.RESOLVED,
        Dispute.resolved_at < before,
        func.octet_length(Dispute.reason_sealed) > 0,
    )


def old_appeals(before: datetime) -> ColumnElement[bool]:
    """The same of appeals."""
    return and_(Appeal.resolved_at < before, func.octet_length(Appeal.reason_sealed) > 0)


def in_old_cases(before: datetime) -> ColumnElement[bool]:
    """The condition of statements in disputes whose words' time is over."""
    return exists().where(
        Dispute.bank_id == Statement.bank_id,
        Dispute.dispute_id == Statement.dispute_id,
        Dispute.status == DisputeStatus.RESOLVED,
        Dispute.resolved_at < before,
    )


def old_decisions(before: datetime) -> ColumnElement[bool]:
    """The condition of screenings that were decided on before then and still have their words."""
    return and_(Screening.resolved_at < before, func.octet_length(Screening.text_sealed) > 0)


def of_gone_words(before: datetime) -> ColumnElement[bool]:
    """The condition of screenings from before then of messages and statements that are no more."""
    message = exists().where(
        Message.bank_id == Screening.bank_id, Message.message_id == Screening.subject_id
    )
    statement = exists().where(
        Statement.bank_id == Screening.bank_id, Statement.statement_id == Screening.subject_id
    )
    gone = or_(
        and_(Screening.subject == Subject.MESSAGE, ~message),
        and_(Screening.subject == Subject.STATEMENT, ~statement),
    )
    return and_(Screening.held_at < before, gone)


def old_codes(before: datetime) -> ColumnElement[bool]:
    """The condition of recovery codes that have opened nothing since then."""
    ran_out = RecoveryCode.begun_at < before - timedelta(days=OPEN_DAYS)
    return or_(RecoveryCode.ended_at < before, ran_out)


EMPTIED_FINDING: Final = case((Emergency.finding_sealed.is_not(None), b""), else_=None)
"""Nothing where there was a finding: a review that was made stays made."""


def old_emergencies(before: datetime) -> ColumnElement[bool]:
    """The condition of emergencies whose words' time is over."""
    return and_(Emergency.asked_at < before, func.octet_length(Emergency.reason_sealed) > 0)


def days_before(now: datetime, days: float) -> datetime:
    """That many days ago."""
    return now - timedelta(days=days)
