"""Reading disputes: moderators see the bank's, parties their own."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.exchanges import queries as exchanges
from app.exchanges.keeping import queries as keeping
from app.exchanges.queries import Shown
from app.exchanges.tables import Exchange
from app.identity.rules import Caller, Role
from app.kit.db import lock_one
from app.kit.errors import NotFound
from app.moderation.appeals.queries import list_appeals
from app.moderation.appeals.tables import Appeal
from app.moderation.rules import DisputeStatus
from app.moderation.tables import Dispute
from app.screening import queries as screening

Side = Literal["giver", "receiver"]


class Case(NamedTuple):
    """A dispute, its exchange with the two people as the reader may see them, and kept words."""

    dispute: Dispute
    shown: Shown
    appeal: Appeal | None
    kept: Mapping[UUID, bytes]
    """Of the other side's words, by whose reason they are, what the reader kept of them, sealed."""
    held: Collection[UUID]
    """Whose reasons wait to be read by a moderator, or were kept back by one."""

    @property
    def parties(self) -> tuple[UUID, UUID]:
        """The ids of the two sides."""
        return self.shown.exchange.giver_id, self.shown.exchange.receiver_id

    def has_party(self, caller: Caller) -> bool:
        """Whether the caller is one of the two."""
        return caller.member_id in self.parties

    def is_other(self, caller: Caller, side: UUID) -> bool:
        """Whether this is the other side to the caller; to a moderator nobody is."""
        return caller.member_id in {*self.parties} - {side}

    def side_of(self, member_id: UUID) -> Side:
        """Which of the two a party is."""
        return "giver" if member_id == self.shown.exchange.giver_id else "receiver"

    def other_than(self, side: UUID) -> UUID:
        """The other one of the two."""
        giver_id, receiver_id = self.parties
        return receiver_id if side == giver_id else giver_id


def _for(caller: Caller) -> Select[Dispute]:
    asked = select(Dispute).where(Dispute.bank_id == caller.bank_id)
    if caller.may(Role.MODERATOR):
        return asked
    return asked.join(
        Exchange,
        and_(Exchange.bank_id == Dispute.bank_id, Exchange.exchange_id == Dispute.exchange_id),
    ).where(exchanges.is_party(caller.member_id))


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
    rows = (await session.scalars(asked)).all()
    shown = await exchanges.show_all(session, caller, rows)
    known = {one.exchange.exchange_id: one for one in shown}
    found = await list_appeals(session, caller.bank_id, [one.dispute_id for one in disputes])
    appeals = {one.dispute_id: one for one in found}
    ids = [*(one.dispute_id for one in disputes), *(one.appeal_id for one in found)]
    kept = await keeping.find_kept(session, caller, ids)
    held = await screening.list_held(session, caller.bank_id, ids)
    return [
        Case(one, known[one.exchange_id], appeals.get(one.dispute_id), kept, held)
        for one in disputes
    ]


async def list_opened_by(
    session: AsyncSession, caller: Caller, opener_id: UUID
) -> list[tuple[Dispute, Exchange]]:
    """Disputes about exchanges of the caller's that this other side opened, and may be read."""
    asked = _about_mine(caller).where(
        Dispute.opener_id == opener_id,
        screening.let_through_to(caller, Dispute.bank_id, Dispute.dispute_id, Dispute.opener_id),
    )
    return [(dispute, exchange) for dispute, exchange in (await session.execute(asked)).all()]


async def list_appealed_by(
    session: AsyncSession, caller: Caller, appellant_id: UUID
) -> list[tuple[Appeal, Exchange]]:
    """The same of appeals."""
    asked = (
        _about_mine(caller)
        .join(
            Appeal,
            and_(Appeal.bank_id == Dispute.bank_id, Appeal.dispute_id == Dispute.dispute_id),
        )
        .where(
            Appeal.appellant_id == appellant_id,
            screening.let_through_to(caller, Appeal.bank_id, Appeal.appeal_id, Appeal.appellant_id),
        )
        .with_only_columns(Appeal, Exchange)
    )
    return [(appeal, exchange) for appeal, exchange in (await session.execute(asked)).all()]


def _about_mine(caller: Caller) -> Select[Dispute, Exchange]:
    return (
        select(Dispute, Exchange)
        .join(
            Exchange,
            and_(Exchange.bank_id == Dispute.bank_id, Exchange.exchange_id == Dispute.exchange_id),
        )
        .where(Dispute.bank_id == caller.bank_id, exchanges.is_party(caller.me))
    )


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


async def lock_case(session: AsyncSession, caller: Caller, dispute_id: UUID) -> Case:
    """The same, with what has to be known of it.

    Raises:
        NotFound: when there is none.
    """
    dispute = await lock_dispute(session, caller, dispute_id)
    (case,) = await find_cases(session, caller, [dispute])
    return case


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
