"""A moderator's look at a flag is written down, and so that only the one who flagged can see it."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from app.identity.rules import Caller
from app.kit.ground import Work
from app.moderation.flags import queries
from app.moderation.flags.tables import Flag
from app.openings import operations as openings
from app.openings.rules import OpeningKind


async def _opened(flag_id: UUID, request: Request) -> Flag:
    work: Work = request.state.work
    caller: Caller = request.state.caller
    flag = await queries.get_flag(work.session, caller, flag_id)
    await openings.record(work, caller, [flag.flagger_id], OpeningKind.FLAG, None)
    return flag


OpenedFlag = Annotated[Flag, Depends(_opened)]
"""A flag, read by a moderator. The log of whoever is flagged says nothing of it, ever."""
