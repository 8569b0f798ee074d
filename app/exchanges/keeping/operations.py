"""Keeping words, and dropping them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from app.exchanges import queries as exchanges
from app.exchanges.keeping import queries
from app.exchanges.keeping.tables import KeptWords
from app.exchanges.tables import Exchange
from app.identity.rules import Caller
from app.kit.ground import Work


class Words(NamedTuple):
    """What somebody wrote in an exchange, sealed under what it is called."""

    exchange: Exchange
    called: str
    subject_id: UUID
    sealed: bytes
    written_at: datetime


async def keep_messages(work: Work, caller: Caller, author_id: UUID) -> None:
    """Keep what this author wrote to the caller, before the caller blocks them."""
    found = await queries.list_written_by(work.session, caller, author_id)
    words = [
        Words(exchange, "message", message.message_id, message.text_sealed, message.sent_at)
        for message, exchange in found
    ]
    await keep(work, caller, words)


async def keep(work: Work, caller: Caller, words: Sequence[Words]) -> None:
    """Keep those of these words that the caller can read now; what is kept stays as it is."""
    shown = await exchanges.show_all(work.session, caller, [one.exchange for one in words])
    rows = [
        {
            "bank_id": caller.bank_id,
            "keeper_id": caller.me,
            "subject_id": one.subject_id,
            "exchange_id": one.exchange.exchange_id,
            "text_sealed": work.envelopes.seal(
                caller.me, text, "kept", caller.bank_id, one.subject_id
            ),
            "written_at": one.written_at,
        }
        for one, seen in zip(words, shown, strict=True)
        if seen.both_seen
        if (text := _text(work, caller, one)) is not None
    ]
    if rows:
        await work.session.execute(insert(KeptWords).values(rows).on_conflict_do_nothing())


async def drop_all(work: Work, bank_id: UUID, keeper_id: UUID) -> None:
    """Drop whatever somebody who is forgotten had kept."""
    theirs = (KeptWords.bank_id == bank_id, KeptWords.keeper_id == keeper_id)
    await work.session.execute(delete(KeptWords).where(*theirs))


def _text(work: Work, caller: Caller, one: Words) -> str | None:
    return work.envelopes.open(one.sealed, one.called, caller.bank_id, one.subject_id)
