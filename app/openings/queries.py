"""Reading openings, and proving their chain."""

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.db import lock_one
from app.openings.rules import ORIGIN, Link
from app.openings.tables import Opening, OpeningChain

BATCH: Final = 500


class Proof(NamedTuple):
    """What the chain says of itself."""

    proved: bool
    entries: int
    head: bytes


async def lock_chain(session: AsyncSession, bank_id: UUID) -> OpeningChain:
    """A bank's chain, locked for appending."""
    chain = await lock_one(session, select(OpeningChain).where(OpeningChain.bank_id == bank_id))
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
    """Who looked at a member, newest first; at nobody, nobody did."""
    asked = (
        select(Opening)
        .where(Opening.bank_id == bank_id, Opening.member_id == member_id)
        .order_by(Opening.seq.desc())
        .limit(limit)
    )
    if before_seq is not None:
        asked = asked.where(Opening.seq < before_seq)
    return (await session.scalars(asked)).all()


async def prove_chain(session: AsyncSession, bank_id: UUID) -> Proof:
    """Recompute a bank's chain from its first opening to its head."""
    chain = await session.scalar(select(OpeningChain).where(OpeningChain.bank_id == bank_id))
    seq, head = (chain.seq, chain.head) if chain else (0, ORIGIN)
    asked = (
        select(Opening)
        .where(Opening.bank_id == bank_id, Opening.seq <= seq)
        .order_by(Opening.seq)
        .execution_options(yield_per=BATCH)
    )
    made, count, is_whole = ORIGIN, 0, True
    async for row in await session.stream_scalars(asked):
        count += 1
        made = link_of(row).digest(made)
        is_whole = is_whole and row.seq == count and made == row.digest
    return Proof(is_whole and made == head and count == seq, count, head)


def link_of(row: Opening) -> Link:
    """An opening as it is hashed."""
    return Link(
        seq=row.seq,
        opening_id=row.opening_id,
        member_id=row.member_id,
        login_id=row.login_id,
        role=row.role,
        kind=row.kind,
        reason_sealed=row.reason_sealed,
        opened_at=row.opened_at,
    )
