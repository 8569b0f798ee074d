"""Reading statements: a moderator reads all; a party one's own, the staff's, and the other's."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.rules import Caller
from app.members.queries import visible_to
from app.members.tables import Member
from app.moderation.queries import Case
from app.moderation.statements.tables import Statement


async def list_statements(
    session: AsyncSession,
    caller: Caller,
    case: Case,
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Statement]:
    """What the caller may read of what was said in a dispute, oldest first."""
    asked = (
        select(Statement)
        .where(Statement.bank_id == caller.bank_id, Statement.dispute_id == case.dispute.dispute_id)
        .order_by(Statement.said_at, Statement.statement_id)
        .limit(limit)
    )
    if case.has_party(caller):
        seen = select(Member.member_id).where(visible_to(caller))
        mine_or_seen = or_(Statement.member_id == caller.me, Statement.member_id.in_(seen))
        asked = asked.where(or_(Statement.member_id.is_(None), mine_or_seen))
    if after is not None:
        asked = asked.where(tuple_(Statement.said_at, Statement.statement_id) > after)
    return (await session.scalars(asked)).all()


async def count_by(session: AsyncSession, caller: Caller, dispute_id: UUID) -> int:
    """How many statements the caller has made in a dispute."""
    mine = or_(Statement.member_id == caller.member_id, Statement.login_id == caller.login_id)
    asked = (
        select(func.count())
        .select_from(Statement)
        .where(Statement.bank_id == caller.bank_id, Statement.dispute_id == dispute_id, mine)
    )
    return (await session.scalars(asked)).one()
