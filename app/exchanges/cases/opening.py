"""A coordinator's look at an exchange is written down, as every look of the staff at people."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.exchanges import queries as exchanges
from app.exchanges.cases import queries
from app.exchanges.queries import Shown
from app.identity.access import Coordinator
from app.kit.http import Working
from app.openings import operations as openings
from app.openings.rules import OpeningKind


async def _opened(exchange_id: UUID, caller: Coordinator, work: Working) -> Shown:
    exchange = await queries.get_case(work.session, caller.bank_id, exchange_id)
    parties = (exchange.giver_id, exchange.receiver_id)
    await openings.open_case(work, caller, parties, OpeningKind.EXCHANGE, None)
    return await exchanges.show(work.session, caller, exchange)


OpenedExchange = Annotated[Shown, Depends(_opened)]
"""An exchange that staff have a reason to read; both of its people can see that it was read."""
