"""Raising and closing alerts, and setting from which numbers on there are any."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Final
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.alerts import queries
from app.alerts.rules import AlertClosed, Found, Thresholds
from app.alerts.tables import Alert, AlertThreshold
from app.banks import operations as banks
from app.banks.operations import Wish
from app.identity.rules import Caller, Role
from app.kit.ground import Work
from app.kit.ids import new_id
from app.kit.versions import etag, refuse_stale
from app.notices import operations as notices
from app.notices.rules import NoticeKind
from app.openings import operations as openings
from app.openings.rules import OpeningKind

_JUDGES: Final = (Role.CASE_WORKER, Role.ADMIN, Role.AUDITOR)
"""Who hears that one of the staff looks at many: the first who is not that one."""


async def raise_alerts(work: Work, bank_id: UUID, found: Iterable[Found]) -> int:
    """An alert for each pattern, where there is no open one of its kind about its member.

    Where a case worker is one of its people, or all of them are concerned, the admins are told that
    something waits: somebody else has to look.

    Returns:
        How many there are now that were not before.
    """
    count = 0
    for one in found:
        row = {
            "bank_id": bank_id,
            "alert_id": new_id(),
            "member_id": one.member_id,
            "with_id": one.with_id,
            "login_id": one.login_id,
            "kind": one.kind.value,
            "found_at": work.now,
        }
        made = insert(Alert).values(row | asdict(one.facts)).on_conflict_do_nothing()
        alert_id = await work.session.scalar(made.returning(Alert.alert_id))
        if alert_id is not None:
            await _tell(work, bank_id, one, alert_id)
            count += 1
    return count


async def close(work: Work, caller: Caller, alert_id: UUID, reason: str) -> Alert:
    """Say that an alert was looked at. Nothing happens to the member, who cannot tell.

    Raises:
        NotFound: when the bank has none with this id, or the caller is concerned by it.
        AlertClosed: when it was closed before.
    """
    alert = await queries.lock_alert(work.session, caller, alert_id)
    people = [alert.member_id] if alert.member_id else []
    await openings.record_listed(work, caller, people, OpeningKind.ALERT)
    if alert.closed_at is not None:
        raise AlertClosed
    alert.closed_by, alert.closed_at = caller.login_id, work.now
    owner_id = alert.member_id or alert.login_id
    assert owner_id is not None, "an alert is about somebody (`ck_alert_of_somebody`)"
    alert.reason_sealed = work.envelopes.seal(owner_id, reason, "alert", alert.bank_id, alert_id)
    return alert


async def set_thresholds(work: Work, bank_id: UUID, wish: Wish) -> Thresholds:
    """Set from which numbers on there are alerts in the bank; kept, as all changes of its rules.

    Raises:
        Stale: when `If-Match` names other numbers than there are now.
    """
    first = {"bank_id": bank_id, **asdict(Thresholds())}
    await work.session.execute(insert(AlertThreshold).values(first).on_conflict_do_nothing())
    row = await queries.lock_thresholds(work.session, bank_id)
    was = queries.thresholds_of(row)
    refuse_stale(wish.if_match, thresholds_etag(bank_id, was))
    for name, value in wish.changes.items():
        setattr(row, name, value)
    now, old = queries.thresholds_of(row), asdict(was)
    after = {name: value for name, value in asdict(now).items() if value != old[name]}
    if after:
        before = {name: old[name] for name in after}
        await banks.keep_change(work, bank_id, wish, before, after)
    return now


def thresholds_etag(bank_id: UUID, thresholds: Thresholds) -> str:
    """The entity tag of a bank's thresholds."""
    return etag("thresholds", bank_id, *asdict(thresholds).values())


async def _tell(work: Work, bank_id: UUID, found: Found, alert_id: UUID) -> None:
    role = await _judge_of(work, bank_id, found)
    notices.tell_staff(work, bank_id, role, NoticeKind.ALERT_WAITING, alert_id)


async def _judge_of(work: Work, bank_id: UUID, found: Found) -> Role:
    """Whom to tell; of one of the staff those of a role that they have not, and others have."""
    if found.login_id is not None:
        own, others = await queries.find_roles(work.session, bank_id, found.login_id)
        return next((one for one in _JUDGES if one in others - own), Role.ADMIN)
    concerned = [one for one in (found.member_id, found.with_id) if one is not None]
    is_own = await queries.are_case_workers_concerned(work.session, bank_id, concerned)
    return Role.ADMIN if is_own else Role.CASE_WORKER
