"""Counting whom somebody gets in touch with."""

from datetime import timedelta
from uuid import UUID

from app.banks import queries as banks
from app.exchanges.contacts import queries
from app.exchanges.contacts.rules import (
    DEMO_FACTOR,
    KEPT_DAYS,
    WITHIN,
    NotMetYet,
    TooManyContacts,
)
from app.exchanges.contacts.tables import ContactAttempt
from app.identity.rules import Caller
from app.kit.ground import Work
from app.kit.ids import new_id
from app.kit.settings import Environment
from app.kit.sweeping import delete_some
from app.members.rules import Level


async def count(work: Work, caller: Caller, level: int, to_id: UUID) -> None:
    """Count one more contact; the caller's own row must be locked, and nothing written yet.

    Raises:
        NotMetYet: where the bank has a vetting ladder and the staff have not met the caller.
        TooManyContacts: when it is one too many; the attempt is committed all the same.
    """
    safety = await banks.get_safety(work.session, caller.bank_id)
    if safety.vetting_ladder and level == Level.NEW:
        raise NotMetYet
    most = safety.contacts_max if level == Level.FULL else safety.contacts_new_max
    if most is None:
        return
    factor = DEMO_FACTOR if work.settings.environment is Environment.DEMO else 1
    since = work.now - WITHIN
    known = await queries.find_contacted(work.session, caller.bank_id, caller.me, since)
    is_refused = to_id not in known and len(known) >= most * factor
    attempt = ContactAttempt(
        bank_id=caller.bank_id,
        attempt_id=new_id(),
        member_id=caller.me,
        to_id=to_id,
        refused=is_refused,
        tried_at=work.now,
    )
    work.session.add(attempt)
    await work.session.flush()
    if is_refused:
        raise TooManyContacts


async def sweep(work: Work) -> int:
    """Forget attempts of long ago; a batch, gives its size."""
    before = work.now - timedelta(days=KEPT_DAYS)
    return await delete_some(work.session, ContactAttempt, ContactAttempt.tried_at < before)
