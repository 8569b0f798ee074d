"""Ending what two people have in progress, as the system's own deed: it says nothing of why."""

from collections.abc import Sequence
from uuid import UUID

from app.exchanges import settling
from app.exchanges.parting import queries
from app.exchanges.rules import LIFE, Status, Step
from app.exchanges.stepping import tell_both
from app.exchanges.tables import Exchange
from app.kit.ground import Work
from app.ledger.rules import HoldOutcome


async def part(
    work: Work, bank_id: UUID, member_id: UUID, others: Sequence[UUID] | None = None
) -> list[Exchange]:
    """Call off what a member has open with these others, or with anybody; both sides are told.

    Returns:
        What was delivered and not yet confirmed, now disputed with its hold kept: the caller
        takes it to a moderator.
    """
    referred, called_off = list[Exchange](), list[Exchange]()
    for exchange in await queries.lock_open(work.session, bank_id, member_id, others):
        is_delivered = exchange.status == Status.DELIVERED
        _advance(exchange, Step.REFER if is_delivered else Step.CALL_OFF)
        (referred if is_delivered else called_off).append(exchange)
    await settling.release_all(work, called_off, HoldOutcome.RELEASED)
    for exchange in called_off:
        await tell_both(work, exchange)
    return referred


def _advance(exchange: Exchange, step: Step) -> None:
    exchange.status = LIFE[Status(exchange.status), step].to  # whatever is open has this step
    exchange.version += 1
    exchange.expires_at = None
