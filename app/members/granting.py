"""Letting an applicant's login act as a member, whoever has its address already."""

from uuid import UUID

from app.identity import operations as identity
from app.identity import queries as logins
from app.identity.rules import Caller, EmailTaken, Role
from app.kit.ground import Work
from app.notices import operations as notices
from app.notices.rules import NoticeKind
from app.openings import operations as openings
from app.openings.rules import OpeningKind


async def grant(work: Work, caller: Caller, member_id: UUID) -> None:
    """Let the login of an applicant act as a member.

    Anybody may apply with any address, a coordinator with that of whom they look for. So whoever is
    concerned by its owner is told nothing: the two share it, and the other coordinators hear of it.

    Raises:
        EmailTaken: when another login of this address was approved before; its owner can see that
            they were looked for.
    """
    bank_id = caller.bank_id
    if await identity.grant_membership(work, bank_id, member_id):
        return
    owner = await logins.find_approved(work.session, bank_id, member_id)
    owners = {owner.member_id} - {None, caller.member_id} if owner else set()
    ids = {one for one in owners if one is not None}
    if not await openings.concerned_by(work, caller, ids):
        await openings.record(work, caller, ids, OpeningKind.LOOKUP, None)
        raise EmailTaken
    await identity.grant_membership(work, bank_id, member_id, shares_email=True)
    kind = NoticeKind.EMAIL_SHARED
    notices.tell_staff(work, bank_id, Role.COORDINATOR, kind, member_id, but=caller.member_id)
