"""Reading statements: a moderator reads all; a party one's own, the staff's, and the other's."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.exchanges.keeping.queries import kept_by
from app.exchanges.keeping.tables import KeptWords
from app.exchanges.queries import is_party
from app.exchanges.tables import Exchange
from app.identity.rules import Caller
from app.moderation.queries import Case
from app.moderation.statements.tables import Statement
from app.moderation.tables import Dispute
from app.screening.queries import let_through_to


class Stated(NamedTuple):
    """A statement, and the text of it that its reader kept."""

    statement: Statement
    kept_sealed: bytes | None = None


async def list_statements(
    session: AsyncSession,
    caller: Caller,
    case: Case,
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Stated]:
    """What the caller may read of what was said in a dispute, oldest first.

    Of a former member, what the caller kept; nothing that is held.
    """
    asked = (
        select(Statement, KeptWords.text_sealed)
        .outerjoin(KeptWords, kept_by(caller, Statement.bank_id, Statement.statement_id))
        .where(Statement.bank_id == caller.bank_id, Statement.dispute_id == case.dispute.dispute_id)
        .order_by(Statement.said_at, Statement.statement_id)
        .limit(limit)
    )
    if case.has_party(caller):
        others = and_(
            let_through_to(caller, Statement.bank_id, Statement.statement_id, Statement.member_id),
            or_(literal(case.shown.both_seen), KeptWords.subject_id.is_not(None)),
        )
        asked = asked.where(
            or_(Statement.member_id.is_(None), Statement.member_id == caller.me, others)
        )
    if after is not None:
        asked = asked.where(tuple_(Statement.said_at, Statement.statement_id) > after)
    return [Stated(*row) for row in (await session.execute(asked)).all()]


async def list_stated_by(
    session: AsyncSession, caller: Caller, author_id: UUID
) -> Sequence[tuple[Statement, Exchange]]:
    """What this other side said about exchanges of the caller's, and may be read."""
    asked = (
        select(Statement, Exchange)
        .join(
            Dispute,
            and_(Dispute.bank_id == Statement.bank_id, Dispute.dispute_id == Statement.dispute_id),
        )
        .join(
            Exchange,
            and_(Exchange.bank_id == Dispute.bank_id, Exchange.exchange_id == Dispute.exchange_id),
        )
        .where(
            Statement.bank_id == caller.bank_id,
            Statement.member_id == author_id,
            is_party(caller.me),
            let_through_to(caller, Statement.bank_id, Statement.statement_id, Statement.member_id),
        )
    )
    return [(one, exchange) for one, exchange in (await session.execute(asked)).all()]


async def count_by(session: AsyncSession, caller: Caller, dispute_id: UUID) -> int:
    """How many statements the caller has made in a dispute."""
    mine = or_(Statement.member_id == caller.member_id, Statement.login_id == caller.login_id)
    asked = (
        select(func.count())
        .select_from(Statement)
        .where(Statement.bank_id == caller.bank_id, Statement.dispute_id == dispute_id, mine)
    )
    return (await session.scalars(asked)).one()
