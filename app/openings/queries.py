"""Reading openings, and proving their chain."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Uuid,
    and_,
    cast,
    column,
    exists,
    func,
    literal,
    or_,
    select,
    table,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.identity.rules import Caller
from app.identity.tables import Login
from app.kit.bulk import arrays, given
from app.kit.db import lock_one
from app.openings.rules import ORIGIN, UNSEEN, ChainName, Link, OpeningKind, linked
from app.openings.tables import Opening, OpeningChain, OpeningMonth

BATCH: Final = 500
_BLOCK: Final = table("block", *map(column, ("bank_id", "blocker_id", "blocked_id", "cause_id")))
_EXCHANGE: Final = table(
    "exchange", *map(column, ("bank_id", "giver_id", "receiver_id", "unseen_by"))
)
"""By name, as foreign keys are: they belong to parts that stand above this one."""
_PEOPLE: Final = given(member_id=Uuid())
MONTHS_SHOWN_MAX: Final = 24
OPENINGS_MAX: Final = 10_000
"""Looked through at once: of all staff of a bank, in a day."""


Id = ColumnElement[UUID] | InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None]


class Chained(Protocol):
    """A row that is a link of a chain."""

    @property
    def seq(self) -> int:
        """Its place, from 1."""

    @property
    def digest(self) -> bytes:
        """The head of the chain with it."""


Row = TypeVar("Row", bound=Chained)


class Proof(NamedTuple):
    """What a chain says of itself."""

    proved: bool
    entries: int
    head: bytes


async def lock_chain(session: AsyncSession, bank_id: UUID, name: ChainName) -> OpeningChain:
    """One of a bank's chains, locked for appending."""
    chain = await lock_one(session, _chain(bank_id, name))
    assert chain is not None, "whoever appends has begun it"
    return chain


async def list_openings_of(
    session: AsyncSession,
    bank_id: UUID,
    member_id: UUID | None,
    *,
    before_seq: int | None,
    limit: int,
) -> Sequence[Opening]:
    """Who looked at a member, as the member may see it, newest first; at nobody, nobody did."""
    asked = (
        select(Opening)
        .where(Opening.bank_id == bank_id, Opening.member_id == member_id)
        .where(Opening.kind.not_in(UNSEEN))
        .order_by(Opening.seq.desc())
        .limit(limit)
    )
    if before_seq is not None:
        asked = asked.where(Opening.seq < before_seq)
    return (await session.scalars(asked)).all()


async def list_lately(
    session: AsyncSession,
    bank_id: UUID,
    member_ids: Collection[UUID],
    kind: OpeningKind,
    since: datetime,
) -> Sequence[Opening]:
    """Openings of this kind of any of these members since then."""
    asked = select(Opening).where(
        Opening.bank_id == bank_id,
        Opening.member_id.in_(member_ids),
        Opening.kind == kind.value,
        Opening.opened_at > since,
    )
    return (await session.scalars(asked)).all()


async def list_banks(session: AsyncSession, since: datetime) -> Sequence[UUID]:
    """The banks in which anybody was looked at since then."""
    lately = select(Opening.bank_id).where(
        Opening.bank_id == OpeningChain.bank_id, Opening.opened_at > since
    )
    asked = select(OpeningChain.bank_id).where(
        OpeningChain.chain == ChainName.OPENINGS, lately.exists()
    )
    return (await session.scalars(asked)).all()


async def list_since(
    session: AsyncSession, bank_id: UUID, kinds: Collection[OpeningKind], since: datetime
) -> Sequence[Opening]:
    """The openings of these kinds since then; the newest, if they are very many."""
    asked = (
        select(Opening)
        .where(Opening.bank_id == bank_id, Opening.kind.in_(kinds), Opening.opened_at > since)
        .order_by(Opening.opened_at.desc())
        .limit(OPENINGS_MAX)
    )
    return (await session.scalars(asked)).all()


async def list_concerned(
    session: AsyncSession, bank_id: UUID, own_id: UUID, member_ids: Collection[UUID]
) -> set[UUID]:
    """With which of these somebody has something of their own: see `has_something_with`."""
    if not member_ids:
        return set()
    own, person = literal(own_id, Uuid()), _PEOPLE.c.member_id
    asked = select(person).where(has_something_with(bank_id, own, person))
    rows = arrays([{"member_id": one} for one in member_ids])
    return set((await session.scalars(asked, rows)).all())


def has_something_with(bank_id: UUID, own_id: Id, member_id: Id) -> ColumnElement[bool]:
    """The condition that somebody is, blocks or is blocked by this member, or ever met them.

    To have met is to have had an exchange. Not counted is what they must not be able to tell of:
    whose a contact is that they block, and an exchange that never existed for them.
    """
    gave = and_(_EXCHANGE.c.giver_id == own_id, _EXCHANGE.c.receiver_id == member_id)
    received = and_(_EXCHANGE.c.receiver_id == own_id, _EXCHANGE.c.giver_id == member_id)
    blocks = and_(
        _BLOCK.c.blocker_id == own_id,
        _BLOCK.c.blocked_id == member_id,
        _BLOCK.c.cause_id == _BLOCK.c.blocked_id,
    )
    is_blocked = and_(_BLOCK.c.blocked_id == own_id, _BLOCK.c.blocker_id == member_id)
    return or_(
        member_id == own_id,
        exists().where(_BLOCK.c.bank_id == bank_id, or_(blocks, is_blocked)),
        exists().where(
            _EXCHANGE.c.bank_id == bank_id,
            or_(gave, received),
            _EXCHANGE.c.unseen_by.is_distinct_from(own_id),
        ),
    )


async def list_months(session: AsyncSession, caller: Caller) -> Sequence[date]:
    """The newest months, since the caller came, in which everybody's records were opened."""
    came = (
        select(cast(func.date_trunc("month", Login.created_at), Date))
        .where(Login.bank_id == caller.bank_id, Login.login_id == caller.login_id)
        .scalar_subquery()
    )
    asked = (
        select(OpeningMonth.month)
        .where(OpeningMonth.bank_id == caller.bank_id, OpeningMonth.month >= came)
        .order_by(OpeningMonth.month.desc())
        .limit(MONTHS_SHOWN_MAX)
    )
    return (await session.scalars(asked)).all()


async def find_head(session: AsyncSession, bank_id: UUID, name: ChainName) -> tuple[int, bytes]:
    """How long a chain is, and its head."""
    chain = await session.scalar(_chain(bank_id, name))
    return (chain.seq, chain.head) if chain else (0, ORIGIN)


async def prove_openings(session: AsyncSession, bank_id: UUID) -> Proof:
    """Recompute the chain of a bank's openings."""

    def to(seq: int) -> Select[Opening]:
        return (
            select(Opening)
            .where(Opening.bank_id == bank_id, Opening.seq <= seq)
            .order_by(Opening.seq)
        )

    return await prove_chain(
        session, bank_id, ChainName.OPENINGS, to, lambda row: link_of(row).facts()
    )


async def prove_chain(
    session: AsyncSession,
    bank_id: UUID,
    name: ChainName,
    rows_to: Callable[[int], Select[Row]],
    facts: Callable[[Row], bytes],
) -> Proof:
    """Recompute one of a bank's chains from its first link to its head."""
    seq, head = await find_head(session, bank_id, name)
    asked = rows_to(seq).execution_options(yield_per=BATCH)
    made, count, is_whole = ORIGIN, 0, True
    async for row in await session.stream_scalars(asked):
        count += 1
        made = linked(made, facts(row))
        is_whole = is_whole and row.seq == count and made == row.digest
    return Proof(is_whole and made == head and count == seq, count, head)


def _chain(bank_id: UUID, name: ChainName) -> Select[OpeningChain]:
    return select(OpeningChain).where(
        OpeningChain.bank_id == bank_id, OpeningChain.chain == name.value
    )


def link_of(row: Opening) -> Link:
    """An opening as it is hashed."""
    return Link(
        seq=row.seq,
        opening_id=row.opening_id,
        member_id=row.member_id,
        kind=row.kind,
        by_sealed=row.by_sealed,
        reason_sealed=row.reason_sealed,
        opened_at=row.opened_at,
    )
