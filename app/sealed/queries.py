"""Reading sealed records, in the role that may, and the traces of it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.db import lock_many
from app.kit.errors import NotFound
from app.kit.ground import Work
from app.openings.queries import BATCH, Proof, prove_chain
from app.openings.rules import ChainName
from app.sealed.box import unseal_trace
from app.sealed.rules import Trace
from app.sealed.tables import SealedOpening, SealedRecord

COMPANY: Final = 15
"""How many others are sealed anew with a change, so that nobody sees whose it was."""


@asynccontextmanager
async def opened(session: AsyncSession) -> AsyncIterator[None]:
    """Be the role that may read sealed records; what was changed is written before it ends."""
    await session.flush()
    await session.execute(text("SET LOCAL ROLE timebank_sealed"))
    yield
    await session.flush()
    await session.execute(text("RESET ROLE"))


async def get_record(session: AsyncSession, bank_id: UUID, member_id: UUID) -> SealedRecord:
    """A member's record; only inside `opened`.

    Raises:
        NotFound: when the bank has no such approved member.
    """
    asked = select(SealedRecord).where(
        SealedRecord.bank_id == bank_id, SealedRecord.member_id == member_id
    )
    record = (await session.scalars(asked)).one_or_none()
    if record is None:
        raise NotFound
    return record


async def lock_with_company(
    session: AsyncSession, bank_id: UUID, member_id: UUID
) -> Sequence[SealedRecord]:
    """A member's record and some others by chance, locked in id order; only inside `opened`."""
    asked = (
        select(SealedRecord)
        .where(
            SealedRecord.bank_id == bank_id,
            or_(SealedRecord.member_id == member_id, SealedRecord.member_id.in_(_some(bank_id))),
        )
        .order_by(SealedRecord.member_id)
    )
    return await lock_many(session, asked, {}, of=SealedRecord)


async def list_traces_of(work: Work, bank_id: UUID, member_id: UUID) -> list[Trace]:
    """What was done with a member's record, newest first; every trace of the bank is opened."""
    return [one async for one in stream_traces(work, bank_id) if one.member_id == member_id]


async def stream_traces(work: Work, bank_id: UUID) -> AsyncIterator[Trace]:
    """All traces of a bank, newest first."""
    asked = (
        select(SealedOpening)
        .where(SealedOpening.bank_id == bank_id)
        .order_by(SealedOpening.seq.desc())
        .execution_options(yield_per=BATCH)
    )
    async for row in await work.session.stream_scalars(asked):
        yield unseal_trace(work, bank_id, row.seq, row.box)


async def prove_traces(session: AsyncSession, bank_id: UUID) -> Proof:
    """Recompute the chain of a bank's traces."""

    def to(seq: int) -> Select[SealedOpening]:
        return (
            select(SealedOpening)
            .where(SealedOpening.bank_id == bank_id, SealedOpening.seq <= seq)
            .order_by(SealedOpening.seq)
        )

    return await prove_chain(session, bank_id, ChainName.SEALED, to, lambda row: row.box)


def _some(bank_id: UUID) -> Select[UUID]:
    return (
        select(SealedRecord.member_id)
        .where(SealedRecord.bank_id == bank_id)
        .order_by(func.random())
        .limit(COMPANY)
    )
