"""What two people wrote to each other, and what one of them kept of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.exchanges.keeping.tables import KeptWords
from app.exchanges.queries import is_party, show
from app.exchanges.tables import Exchange, Message
from app.identity.rules import Caller
from app.screening.queries import let_through_to

KEPT_MAX: Final = 1_000
"""Messages of one person that are kept by one block, the newest first."""


def kept_by(
    caller: Caller, bank_id: InstrumentedAttribute[UUID], subject_id: InstrumentedAttribute[UUID]
) -> ColumnElement[Any]:
    """On what to join the words that the caller kept of something."""
    return and_(
        KeptWords.bank_id == bank_id,
        KeptWords.keeper_id == caller.member_id,
        KeptWords.subject_id == subject_id,
    )


async def list_written_by(
    session: AsyncSession, caller: Caller, author_id: UUID
) -> list[tuple[Message, Exchange]]:
    """What this author wrote in exchanges with the caller, the newest first."""
    asked = (
        select(Message, Exchange)
        .join(
            Exchange,
            and_(Exchange.bank_id == Message.bank_id, Exchange.exchange_id == Message.exchange_id),
        )
        .where(
            Message.bank_id == caller.bank_id,
            Message.author_id == author_id,
            is_party(caller.me),
            let_through_to(caller, Message.bank_id, Message.message_id, Message.author_id),
        )
        .order_by(Message.sent_at.desc(), Message.message_id)
        .limit(KEPT_MAX)
    )
    return [(message, exchange) for message, exchange in (await session.execute(asked)).all()]


class Said(NamedTuple):
    """A message, and the text of it that its reader kept."""

    message: Message
    kept_sealed: bytes | None


async def list_messages(
    session: AsyncSession,
    caller: Caller,
    exchange: Exchange,
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Said]:
    """What the parties wrote, oldest first; of a former member, what the caller kept."""
    asked = await _readable(session, caller, exchange)
    asked = asked.order_by(Message.sent_at, Message.message_id).limit(limit)
    if after is not None:
        asked = asked.where(tuple_(Message.sent_at, Message.message_id) > after)
    return [Said(*row) for row in (await session.execute(asked)).all()]


async def list_newest(
    session: AsyncSession, caller: Caller, exchange: Exchange, *, limit: int
) -> list[Said]:
    """The last of them, newest first."""
    asked = await _readable(session, caller, exchange)
    asked = asked.order_by(Message.sent_at.desc(), Message.message_id.desc()).limit(limit)
    return [Said(*row) for row in (await session.execute(asked)).all()]


async def _readable(
    session: AsyncSession, caller: Caller, exchange: Exchange
) -> Select[Message, bytes]:
    shown = await show(session, caller, exchange)
    return (
        select(Message, KeptWords.text_sealed)
        .outerjoin(KeptWords, kept_by(caller, Message.bank_id, Message.message_id))
        .where(
            Message.bank_id == exchange.bank_id,
            Message.exchange_id == exchange.exchange_id,
            let_through_to(caller, Message.bank_id, Message.message_id, Message.author_id),
            or_(
                Message.author_id == caller.member_id,
                literal(shown.both_seen),
                KeptWords.subject_id.is_not(None),
            ),
        )
    )


async def find_kept(
    session: AsyncSession, caller: Caller, subject_ids: Sequence[UUID]
) -> dict[UUID, bytes]:
    """What the caller kept of these, sealed."""
    asked = select(KeptWords.subject_id, KeptWords.text_sealed).where(
        KeptWords.bank_id == caller.bank_id,
        KeptWords.keeper_id == caller.member_id,
        KeptWords.subject_id.in_(subject_ids),
    )
    return {row.subject_id: row.text_sealed for row in (await session.execute(asked)).all()}
