"""The one write behind a GET: a look at a record is written down before it is answered."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from app.identity.rules import Caller, OwnCase
from app.kit.ground import Work
from app.members.tables import Member
from app.openings import operations as openings
from app.openings.reasons import Why
from app.openings.rules import OpeningKind
from app.records import queries


async def _opened(member_id: UUID, why: Why, request: Request) -> Member:
    work: Work = request.state.work
    caller: Caller = request.state.caller
    member = await queries.get_record(work.session, caller.bank_id, member_id)
    if member_id == caller.member_id:
        raise OwnCase
    await openings.record(work, caller, [member_id], OpeningKind.RECORD, why)
    return member


OpenedRecord = Annotated[Member, Depends(_opened)]
"""A member's record, opened by staff for a reason that the member can read."""
