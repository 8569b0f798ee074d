"""Reading blocks, and the half of the visibility predicate that they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Uuid,
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
from app.members.blocks.tables import Block, ContactBlock, ContactBlockAttempt

_NAMED: Final = Block.cause_id == Block.blocked_id
"""The blocked person themselves was named, not a contact that is theirs."""
_LOCK_BYTES: Final = 8
"""As long as the number that names an advisory lock."""
_Id = ColumnElement[UUID] | InstrumentedAttribute[UUID]


class Blocked(NamedTuple):
    """One of a member's blocks: a person as seen then, or the kind of a contact."""

    id: UUID
    kind: str
    alias_sealed: bytes | None
    created_at: datetime


def may_look(
    bank_id: _Id | UUID, viewer_id: _Id | UUID | None, member_id: _Id | UUID
) -> ColumnElement[bool]:
    """The condition that no block hides this member from this viewer.

    A block that follows from a contact hides its maker alone. Would it hide the other too, whoever
    knows an address could find out whose it is, by what disappears.
    """
    return and_(
        _no_block(bank_id, member_id, viewer_id),
        _no_block(bank_id, viewer_id, member_id, _NAMED),
    )


def no_block_between(
    bank_id: _Id | UUID, one: _Id | UUID, other: _Id | UUID
) -> ColumnElement[bool]:
    """The condition that neither of the two is hidden from the other."""
    return and_(_no_block(bank_id, one, other), _no_block(bank_id, other, one))


def neither_named(
    bank_id: _Id | UUID, one: _Id | UUID | None, other: _Id | UUID
) -> ColumnElement[bool]:
    """The condition that neither of the two has named the other: what they have goes on."""
    return and_(_no_block(bank_id, one, other, _NAMED), _no_block(bank_id, other, one, _NAMED))


def _no_block(
    bank_id: _Id | UUID,
    blocker_id: _Id | UUID | None,
    blocked_id: _Id | UUID | None,
    *more: ColumnElement[bool],
) -> ColumnElement[bool]:
    asked = select(Block.blocked_id).where(
        Block.bank_id == bank_id,
        Block.blocker_id == blocker_id,
        Block.blocked_id == blocked_id,
        *more,
    )
    return ~asked.exists()


async def has_named(session: AsyncSession, caller: Caller, member_id: UUID) -> bool:
    """Whether the caller has named this member; whose a blocked contact is says it not."""
    asked = select(~_no_block(literal(caller.bank_id, Uuid()), caller.me, member_id, _NAMED))
    return bool(await session.scalar(asked))


async def list_blocks(
    session: AsyncSession, caller: Caller, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[Blocked]:
    """What the caller has blocked, oldest first; never whom a contact turned out to be."""
    mine = union_all(
        select(
            Block.blocked_id.label("id"),
            literal("member").label("kind"),
            Block.alias_sealed,
            Block.created_at,
        ).where(*_own(caller), _NAMED),
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
    people = select(func.count()).select_from(Block).where(*_own(caller), _NAMED)
    contacts = (
        select(func.count())
        .select_from(ContactBlock)
        .where(ContactBlock.bank_id == caller.bank_id, ContactBlock.blocker_id == caller.me)
    )
    asked = select(people.scalar_subquery() + contacts.scalar_subquery())
    found: int = (await session.scalars(asked)).one()
    return found


async def count_attempts(session: AsyncSession, caller: Caller, since: datetime) -> int:
    """How often the caller has blocked a contact since then."""
    asked = (
        select(func.count())
        .select_from(ContactBlockAttempt)
        .where(
            ContactBlockAttempt.bank_id == caller.bank_id,
            ContactBlockAttempt.blocker_id == caller.me,
            ContactBlockAttempt.tried_at > since,
        )
    )
    return (await session.scalars(asked)).one()


async def lock_contacts(session: AsyncSession, fingerprints: Sequence[bytes]) -> None:
    """Let nobody else block these contacts, or join with them, before this transaction ends."""
    for one in sorted(fingerprints):
        number = int.from_bytes(one[:_LOCK_BYTES], signed=True)
        await session.execute(select(func.pg_advisory_xact_lock(number)))


def members_with(caller: Caller, fingerprint: bytes) -> Select[Any]:
    """The members whom this contact belongs to, beside the caller."""
    return select(Login.member_id.label("member_id")).where(
        Login.bank_id == caller.bank_id,
        or_(Login.email_fingerprint == fingerprint, Login.phone_fingerprint == fingerprint),
        Login.member_id.is_not(None),
        Login.member_id != caller.me,
    )


def follow_from(
    caller: Caller, cause_id: UUID, people: Select[Any], now: datetime
) -> Select[UUID, UUID, Any, UUID, datetime]:
    """A block by the caller for each of these people."""
    found = people.subquery()
    return select(
        literal(caller.bank_id, Uuid()),
        literal(caller.me, Uuid()),
        found.c.member_id,
        literal(cause_id, Uuid()),
        literal(now),
    )


def blockers_of(
    bank_id: UUID, member_id: UUID, fingerprints: Sequence[bytes], now: datetime
) -> Select[UUID, UUID, UUID, UUID, datetime]:
    """A block for each contact block that a newcomer fits."""
    return select(
        literal(bank_id, Uuid()),
        ContactBlock.blocker_id,
        literal(member_id, Uuid()),
        ContactBlock.block_id,
        literal(now),
    ).where(_feared(bank_id, fingerprints), ContactBlock.blocker_id != member_id)


def feared(bank_id: UUID, member_id: UUID, fingerprints: Sequence[bytes]) -> Select[Any]:
    """This member, where somebody blocks one of these contacts of theirs; else nobody."""
    met = select(ContactBlock.block_id).where(_feared(bank_id, fingerprints))
    return select(literal(member_id, Uuid()).label("member_id")).where(met.exists())


def myself(caller: Caller) -> Select[Any]:
    """Whoever asks."""
    return select(literal(caller.me, Uuid()))


def fearing(bank_id: UUID, fingerprints: Sequence[bytes]) -> Select[Any]:
    """Who blocks one of these contacts."""
    return select(ContactBlock.blocker_id).where(_feared(bank_id, fingerprints)).distinct()


def _feared(bank_id: UUID, fingerprints: Sequence[bytes]) -> ColumnElement[bool]:
    return and_(ContactBlock.bank_id == bank_id, ContactBlock.fingerprint.in_(fingerprints))


def _own(caller: Caller) -> tuple[ColumnElement[bool], ...]:
    return (Block.bank_id == caller.bank_id, Block.blocker_id == caller.me)
