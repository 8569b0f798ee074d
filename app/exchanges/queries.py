"""Reading exchanges as their two parties do; what staff may read is in `cases`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Final, NamedTuple, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.exchanges.rules import GOING_ON, Status
from app.exchanges.tables import Exchange
from app.identity.rules import Caller
from app.kit.bulk import arrays, given, is_given, table_of
from app.kit.db import lock_one, locking
from app.kit.errors import NotFound
from app.kit.fetching import fetch
from app.members import queries as members
from app.members.queries import Look, Party, Side


class Shown(NamedTuple):
    """An exchange, and what its reader may see of the two people."""

    exchange: Exchange
    giver: Party
    receiver: Party
    is_met: bool
    """Whether the other side sees the reader in it."""

    @property
    def both_seen(self) -> bool:
        """Whether neither of the two is a former member to the reader."""
        return self.giver.id is not None and self.receiver.id is not None


def is_party(member_id: UUID | ColumnElement[UUID] | None) -> ColumnElement[bool]:
    """The condition that this member is one of the two people, and that it exists for them."""
    return and_(
        or_(Exchange.giver_id == member_id, Exchange.receiver_id == member_id),
        Exchange.unseen_by.is_distinct_from(member_id),
    )


_ASKED: Final = given(exchange_id=Uuid(), member_id=Uuid())
_TABLE: Final = table_of(Exchange)
_COLUMNS: Final = tuple(_TABLE.c)
_NAMES: Final = tuple(column.name for column in _COLUMNS)
_LOCK_EXCHANGES: Final = locking(
    select(*_COLUMNS)
    .join(
        _ASKED,
        and_(Exchange.exchange_id == _ASKED.c.exchange_id, is_party(_ASKED.c.member_id)),
    )
    .where(Exchange.bank_id == bindparam("bank_id"), is_given(_TABLE.c.exchange_id))
    .order_by(Exchange.exchange_id),
    of=Exchange,
)


def _mine(caller: Caller) -> Select[Exchange]:
    return select(Exchange).where(Exchange.bank_id == caller.bank_id, is_party(caller.member_id))


async def get_exchange(session: AsyncSession, caller: Caller, exchange_id: UUID) -> Exchange:
    """One of the caller's exchanges.

    Raises:
        NotFound: when the caller is no party to it, or it does not exist.
    """
    asked = _mine(caller).where(Exchange.exchange_id == exchange_id)
    exchange = (await session.scalars(asked)).one_or_none()
    if exchange is None:
        raise NotFound
    return exchange


async def lock_exchange(session: AsyncSession, caller: Caller, exchange_id: UUID) -> Exchange:
    """One of the caller's exchanges, locked for a step.

    Raises:
        NotFound: when the caller is no party to it, or it does not exist.
    """
    exchange = await lock_one(session, _mine(caller).where(Exchange.exchange_id == exchange_id))
    if exchange is None:
        raise NotFound
    return exchange


async def lock_exchanges(
    session: AsyncSession, asked: Sequence[tuple[Caller, UUID]]
) -> dict[UUID, Exchange]:
    """These exchanges of one bank locked for a step, in id order; without those of others.

    They can be read as exchanges, but are plain rows: what is changed of them is written by
    `update_many` alone.
    """
    (bank_id,) = {caller.bank_id for caller, _ in asked}
    keys = [
        {"exchange_id": exchange_id, "member_id": caller.member_id} for caller, exchange_id in asked
    ]
    rows = await fetch(session, _LOCK_EXCHANGES, {"bank_id": bank_id} | arrays(keys))
    plain = [SimpleNamespace(**dict(zip(_NAMES, row, strict=True))) for row in rows]
    return {row.exchange_id: cast("Exchange", row) for row in plain}


async def lock_any_exchange(session: AsyncSession, bank_id: UUID, exchange_id: UUID) -> Exchange:
    """An exchange whoever asks, locked; for moderators' outcomes and for time.

    Raises:
        NotFound: when the bank has none with this id.
    """
    asked = select(Exchange).where(Exchange.bank_id == bank_id, Exchange.exchange_id == exchange_id)
    exchange = await lock_one(session, asked)
    if exchange is None:
        raise NotFound
    return exchange


async def show(session: AsyncSession, caller: Caller, exchange: Exchange) -> Shown:
    """The exchange with its two people as the caller may see them."""
    return (await show_all(session, caller, [exchange]))[0]


async def refuse_unseen(session: AsyncSession, caller: Caller, exchange_id: UUID) -> None:
    """See that both sides of one of the caller's exchanges can still be seen.

    Raises:
        NotFound: when that is no longer so, or it is not the caller's.
    """
    exchange = await get_exchange(session, caller, exchange_id)
    if not (await show(session, caller, exchange)).both_seen:
        raise NotFound


async def list_exchanges(
    session: AsyncSession,
    caller: Caller,
    *,
    status: Status | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Shown]:
    """The caller's exchanges, newest first."""
    asked = (
        _mine(caller).order_by(Exchange.created_at.desc(), Exchange.exchange_id.desc()).limit(limit)
    )
    if status is not None:
        asked = asked.where(Exchange.status == status)
    if after is not None:
        asked = asked.where(tuple_(Exchange.created_at, Exchange.exchange_id) < after)
    return await show_all(session, caller, (await session.scalars(asked)).all())


async def count_open_proposals(session: AsyncSession, bank_id: UUID, proposer_id: UUID) -> int:
    """How many proposals of a member wait for an answer."""
    asked = (
        select(func.count())
        .select_from(Exchange)
        .where(
            Exchange.bank_id == bank_id,
            is_party(proposer_id),
            Exchange.proposer_id == proposer_id,
            Exchange.status == Status.PROPOSED,
        )
    )
    return (await session.scalars(asked)).one()


async def show_all(
    session: AsyncSession, caller: Caller, exchanges: Sequence[Exchange]
) -> list[Shown]:
    """Exchanges with their people as the caller may see them, who may be a moderator."""
    looks = dict.fromkeys(look for row in exchanges for look in looks_at(caller, row))
    sides = await members.find_sides(session, list(looks))
    return [shown(caller, row, sides) for row in exchanges]


def looks_at(caller: Caller, row: Exchange) -> tuple[Look, Look, Look]:
    """What has to be known to show it to the caller: giver, receiver, and the other side's look."""
    giver, receiver = row.giver_id, row.receiver_id
    other = receiver if caller.member_id == giver else giver
    return (
        Look(row.bank_id, caller.member_id, giver),
        Look(row.bank_id, caller.member_id, receiver),
        Look(row.bank_id, other, caller.member_id or other),
    )


def shown(caller: Caller, row: Exchange, sides: Mapping[Look, Side]) -> Shown:
    """The exchange as the caller may see it.

    While it goes on, both see each other in it as before, also when one of them blocks a contact
    of the other's: they could tell by its end. Whoever names the other ends it at once.
    """
    giver, receiver, other = (
        sides[look].partner if goes_on(row) else sides[look].party for look in looks_at(caller, row)
    )
    return Shown(row, giver, receiver, other.id is not None and row.unseen_by is None)


def goes_on(row: Exchange) -> bool:
    """Whether it has not ended yet; what is disputed afterwards has."""
    if row.status == Status.DISPUTED:
        return row.settled_at is None
    return row.status in GOING_ON
