"""A moderator's look at a case is written down, as every look of the staff at people."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from app.identity.rules import Caller
from app.kit.ground import Work
from app.moderation import queries
from app.moderation.queries import Case
from app.openings import operations as openings
from app.openings.rules import OpeningKind


async def _opened(dispute_id: UUID, request: Request) -> Case:
    work: Work = request.state.work
    caller: Caller = request.state.caller
    dispute = await queries.get_dispute(work.session, caller, dispute_id)
    (case,) = await queries.find_cases(work.session, caller, [dispute])
    if caller.member_id not in case.parties:
        await openings.open_case(work, caller, case.parties, OpeningKind.DISPUTE, None)
    return case


OpenedCase = Annotated[Case, Depends(_opened)]
"""A case that the caller may see, written down where they are no party to it."""
