"""Reading disputes: moderators see the bank's, parties their own."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.exchanges.tables import Exchange
from app.identity.rules import Caller, Role
from app.kit.db import lock_one
from app.kit.errors import NotFound
from app.members import queries as members
from app.moderation.rules import DisputeStatus
from app.moderation.tables import Dispute


class Case(NamedTuple):
    """A dispute, its exchange, and the two sides by the names that they go by."""

    dispute: Dispute
    exchange: Exchange
    giver_alias: str
    receiver_alias: str

    @property
    def parties(self) -> tuple[UUID, UUID]:
        """The ids of the two sides."""
        return self.exchange.giver_id, self.exchange.receiver_id


def _for(caller: Caller) -> Select[Dispute]:
    asked = select(Dispute).where(Dispute.bank_id == caller.bank_id)
    if caller.may(Role.MODERATOR):
        return asked
    return asked.join(
        Exchange,
        and_(Exchange.bank_id == Dispute.bank_id, Exchange.exchange_id == Dispute.exchange_id),
    ).where(or_(Exchange.giver_id == caller.member_id, Exchange.receiver_id == caller.member_id))


async def get_dispute(session: AsyncSession, caller: Caller, dispute_id: UUID) -> Dispute:
    """A dispute that the caller may see.

    Raises:
        NotFound: when there is none.
    """
    asked = _for(caller).where(Dispute.dispute_id == dispute_id)
    dispute = (await session.scalars(asked)).one_or_none()
    if dispute is None:
        raise NotFound
    return dispute


async def find_cases(
    session: AsyncSession, caller: Caller, disputes: Sequence[Dispute]
) -> list[Case]:
    """Disputes with what has to be known to decide them."""
    if not disputes:
        return []
    asked = select(Exchange).where(
        Exchange.bank_id == caller.bank_id,
        Exchange.exchange_id.in_([one.exchange_id for one in disputes]),
    )
    exchanges = {row.exchange_id: row for row in (await session.scalars(asked)).all()}
    people = {one for row in exchanges.values() for one in (row.giver_id, row.receiver_id)}
    parties = await members.find_parties(session, caller, people)
    return [
        Case(dispute, row, parties[row.giver_id].alias, parties[row.receiver_id].alias)
        for dispute in disputes
        for row in [exchanges[dispute.exchange_id]]
    ]


async def find_dispute_of(
    session: AsyncSession, bank_id: UUID, exchange_id: UUID
) -> Dispute | None:
    """The dispute about an exchange, if there was one."""
    asked = select(Dispute).where(Dispute.bank_id == bank_id, Dispute.exchange_id == exchange_id)
    return (await session.scalars(asked)).one_or_none()


async def lock_dispute(session: AsyncSession, caller: Caller, dispute_id: UUID) -> Dispute:
    """A dispute that the caller may see, locked.

    Raises:
        NotFound: when there is none.
    """
    dispute = await lock_one(session, _for(caller).where(Dispute.dispute_id == dispute_id))
    if dispute is None:
        raise NotFound
    return dispute


async def list_disputes(
    session: AsyncSession,
    caller: Caller,
    *,
    status: DisputeStatus | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Dispute]:
    """Disputes that the caller may see, oldest first: who waits longest comes first."""
    asked = _for(caller).order_by(Dispute.opened_at, Dispute.dispute_id).limit(limit)
    if status is not None:
        asked = asked.where(Dispute.status == status)
    if after is not None:
        asked = asked.where(tuple_(Dispute.opened_at, Dispute.dispute_id) > after)
    return (await session.scalars(asked)).all()
