"""The timers of an exchange."""

from typing import Final

from app.exchanges.tables import Exchange
from app.kit import jobs
from app.kit.ground import Work

EXPIRE: Final = "expire_exchange"


async def expire_later(work: Work, exchange: Exchange) -> None:
    """Look at the exchange again when its time is over; the job is part of this transaction."""
    assert exchange.expires_at is not None, "only what ends by itself has a timer"
    ids = {"bank_id": exchange.bank_id, "exchange_id": exchange.exchange_id}
    await jobs.enqueue(work, EXPIRE, ids, run_at=exchange.expires_at)
