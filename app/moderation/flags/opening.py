"""A moderator's look at a flag is written down; only the one who flagged can see that it was."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from app.identity.rules import Caller
from app.kit.ground import Work
from app.moderation.flags import operations, queries
from app.moderation.flags.tables import Flag


async def _opened(flag_id: UUID, request: Request) -> Flag:
    work: Work = request.state.work
    caller: Caller = request.state.caller
    flag = await queries.get_flag(work.session, caller, flag_id)
    await operations.open_flag(work, caller, flag)
    return flag


OpenedFlag = Annotated[Flag, Depends(_opened)]
"""A flag, read by a moderator. The log that whoever is flagged reads says nothing of it."""
