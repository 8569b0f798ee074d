"""The one write behind a GET: a look at a record is written down before it is answered."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from app.identity.rules import Caller
from app.kit.ground import Work
from app.members.tables import Member
from app.openings import operations as openings
from app.openings.reasons import Why
from app.openings.rules import OpeningKind
from app.records import queries
from app.records.tables import Emergency


async def _opened(member_id: UUID, why: Why, request: Request) -> Member:
    work: Work = request.state.work
    caller: Caller = request.state.caller
    member = await queries.get_record(work.session, caller.bank_id, member_id)
    await openings.open_case(work, caller, [member_id], OpeningKind.RECORD, why)
    return member


async def _opened_emergency(emergency_id: UUID, request: Request) -> Emergency:
    work: Work = request.state.work
    caller: Caller = request.state.caller
    emergency = await queries.get_emergency(work.session, caller.bank_id, emergency_id)
    subject = [emergency.member_id]
    await openings.open_case(work, caller, subject, OpeningKind.EMERGENCY, None)
    return emergency


OpenedRecord = Annotated[Member, Depends(_opened)]
"""A member's record, opened by staff for a reason that the member can read."""
OpenedEmergency = Annotated[Emergency, Depends(_opened_emergency)]
"""An emergency with why it was asked for, opened by whoever has to judge it."""
