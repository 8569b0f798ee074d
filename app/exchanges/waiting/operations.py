"""What time does about exchanges that nobody goes on with; for the worker's clock."""

from datetime import timedelta
from typing import Final

from app.exchanges import operations, queries
from app.exchanges.rules import Status
from app.exchanges.waiting.queries import find_over, find_unanswered
from app.identity.rules import Role
from app.kit.ground import Work
from app.notices import operations as notices
from app.notices.rules import NoticeKind

LATE: Final = timedelta(minutes=10)
"""So long an exchange's own job may be late, before the clock does its work."""


async def end_over(work: Work) -> int:
    """End one exchange whose time is over and whose job did not come; its hold is released.

    Returns:
        1 when there was one, 0 when none is left.
    """
    place = await find_over(work.session, work.now - LATE)
    if place is None:
        return 0
    await operations.expire(work, *place)
    return 1


async def tell_of_silence(work: Work) -> int:
    """Tell the coordinators of one delivery that nobody answers, once; nothing moves (law 8).

    Returns:
        1 when there was one, 0 when none is left.
    """
    place = await find_unanswered(work.session, work.now)
    if place is None:
        return 0
    exchange = await queries.lock_any_exchange(work.session, *place)
    if exchange.status == Status.DELIVERED and exchange.look_at is not None:
        exchange.look_at = None
        kind = NoticeKind.CONFIRMATION_AWAITED
        notices.tell_staff(work, place.bank_id, Role.COORDINATOR, kind, place.exchange_id)
    return 1
