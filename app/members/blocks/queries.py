"""Reading blocks, and the half of the visibility predicate that they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.identity.rules import Caller
from app.identity.tables import Login
from app.members.blocks.tables import Block, ContactBlock

_Rows = Select[UUID, UUID, Any, UUID, str, datetime]
_Id = ColumnElement[UUID] | InstrumentedAttribute[UUID]


class Blocked(NamedTuple):
    """One of a member's blocks: a person as seen then, or the kind of a contact."""

    id: UUID
    kind: str
    alias: str | None
    created_at: datetime


def no_block_between(
    bank_id: _Id | UUID, one: _Id | UUID | None, other: _Id | UUID
) -> ColumnElement[bool]:
    """The condition that neither of the two blocks the other."""
    by_one, by_other = (
        select(Block.blocked_id).where(
            Block.bank_id == bank_id, Block.blocker_id == blocker, Block.blocked_id == blocked
        )
        for blocker, blocked in ((one, other), (other, one))
    )
    return and_(~by_one.exists(), ~by_other.exists())


async def list_blocks(
    session: AsyncSession, caller: Caller, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[Blocked]:
    """What the caller has blocked, oldest first; never whom a contact turned out to be."""
    mine = union_all(
        select(
            Block.blocked_id.label("id"),
            literal("member").label("kind"),
            Block.alias,
            Block.created_at,
        ).where(*_own(caller), Block.cause_id == Block.blocked_id),
        select(ContactBlock.block_id, ContactBlock.kind, null(), ContactBlock.created_at).where(
            ContactBlock.bank_id == caller.bank_id, ContactBlock.blocker_id == caller.me
        ),
    ).subquery()
    asked = select(mine).order_by(mine.c.created_at, mine.c.id).limit(limit)
    if after is not None:
        asked = asked.where(tuple_(mine.c.created_at, mine.c.id) > after)
    return [Blocked(*row) for row in (await session.execute(asked)).all()]


async def count_blocks(session: AsyncSession, caller: Caller) -> int:
    """How many people and contacts the caller blocks."""
    named = Block.cause_id == Block.blocked_id
    people = select(func.count()).select_from(Block).where(*_own(caller), named)
    contacts = (
        select(func.count())
        .select_from(ContactBlock)
        .where(ContactBlock.bank_id == caller.bank_id, ContactBlock.blocker_id == caller.me)
    )
    asked = select(people.scalar_subquery() + contacts.scalar_subquery())
    found: int = (await session.scalars(asked)).one()
    return found


def members_with(caller: Caller, cause_id: UUID, fingerprint: bytes, now: datetime) -> _Rows:
    """A block for each member whom this contact belongs to."""
    return select(
        literal(caller.bank_id),
        literal(caller.me),
        Login.member_id.label("member_id"),
        literal(cause_id),
        literal(""),
        literal(now),
    ).where(
        Login.bank_id == caller.bank_id,
        or_(Login.email_fingerprint == fingerprint, Login.phone_fingerprint == fingerprint),
        Login.member_id.is_not(None),
        Login.member_id != caller.me,
    )


def blockers_of(
    bank_id: UUID, member_id: UUID, fingerprints: Sequence[bytes], now: datetime
) -> _Rows:
    """A block for each contact block that a newcomer fits."""
    return select(
        literal(bank_id),
        ContactBlock.blocker_id,
        literal(member_id),
        ContactBlock.block_id,
        literal(""),
        literal(now),
    ).where(feared(bank_id, fingerprints), ContactBlock.blocker_id != member_id)


def is_feared(bank_id: UUID, fingerprints: Sequence[bytes]) -> ColumnElement[bool]:
    """The condition, on its own, that somebody blocks one of these contacts."""
    return select(ContactBlock.block_id).where(feared(bank_id, fingerprints)).exists()


def feared(bank_id: UUID, fingerprints: Sequence[bytes]) -> ColumnElement[bool]:
    """The condition that somebody blocks one of these contacts."""
    return and_(ContactBlock.bank_id == bank_id, ContactBlock.fingerprint.in_(fingerprints))


def _own(caller: Caller) -> tuple[ColumnElement[bool], ...]:
    return (Block.bank_id == caller.bank_id, Block.blocker_id == caller.me)
