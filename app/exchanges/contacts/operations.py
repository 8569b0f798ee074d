"""Letting people meet one to one, and counting whom somebody gets in touch with."""

from datetime import timedelta
from uuid import UUID

from app.alerts import operations as alerts
from app.alerts import queries as known
from app.alerts.rules import AlertKind, Facts, Found
from app.exchanges.contacts import queries
from app.exchanges.contacts.queries import Standing
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


async def propose_to(work: Work, caller: Caller, to_id: UUID) -> None:
    """Count one more contact; the caller's own row must be locked, and nothing written yet.

    Raises:
        NotMetYet: where the bank has a vetting ladder and the caller is not at its top.
        TooManyContacts: when it is one too many. In both cases the attempt is committed.
    """
    standing = await meet(work, caller, to_id)
    if standing.contacts_max is None:
        return
    since = work.now - WITHIN
    met = await queries.find_contacted(work.session, caller.bank_id, caller.me, since)
    is_one_more = to_id not in met and len(met) >= standing.contacts_max * _factor(work)
    await _keep(work, caller, standing, to_id, refused=is_one_more)
    if is_one_more:
        raise TooManyContacts


async def meet(work: Work, caller: Caller, to_id: UUID) -> Standing:
    """Let the caller go on with somebody one to one; nothing may be written yet.

    Raises:
        NotMetYet: where the bank has a vetting ladder and the caller is not at its top; the
            attempt is committed.
    """
    standing = await queries.get_standing(work.session, caller)
    if not standing.may_meet:
        await _keep(work, caller, standing, to_id, refused=True)
        raise NotMetYet
    return standing


async def _keep(
    work: Work, caller: Caller, standing: Standing, to_id: UUID, *, refused: bool
) -> None:
    """Keep an attempt; whoever tries as many as make an alert is told of."""
    attempt = ContactAttempt(
        bank_id=caller.bank_id,
        attempt_id=new_id(),
        member_id=caller.me,
        to_id=to_id,
        refused=refused,
        tried_at=work.now,
    )
    work.session.add(attempt)
    await work.session.flush()
    if standing.alerts:
        await _alert(work, caller, standing)


async def _alert(work: Work, caller: Caller, standing: Standing) -> None:
    limits = await known.get_thresholds(work.session, caller.bank_id)
    many = (limits.contacts if standing.is_full else limits.contacts_new) * _factor(work)
    since = work.now - WITHIN
    tried = await queries.count_tried(work.session, caller.bank_id, caller.me, since)
    if tried.people >= many:
        facts = Facts(people=tried.people, times=tried.times, days=WITHIN.days)
        found = Found(caller.me, AlertKind.MANY_CONTACTS, facts)
        await alerts.raise_alerts(work, caller.bank_id, [found])


def _factor(work: Work) -> int:
    return DEMO_FACTOR if work.settings.environment is Environment.DEMO else 1


async def sweep(work: Work) -> int:
    """Forget attempts of long ago; a batch, gives its size."""
    before = work.now - timedelta(days=KEPT_DAYS)
    return await delete_some(work.session, ContactAttempt, ContactAttempt.tried_at < before)
