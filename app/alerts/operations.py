"""Raising and closing alerts, and setting from which numbers on there are any."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.alerts import queries
from app.alerts.rules import AlertClosed, Found, Thresholds
from app.alerts.tables import Alert, AlertThreshold
from app.identity.rules import Caller, Role
from app.kit.ground import Work
from app.kit.ids import new_id
from app.kit.versions import etag, refuse_stale
from app.notices import operations as notices
from app.notices.rules import NoticeKind


async def raise_alerts(work: Work, bank_id: UUID, found: Iterable[Found]) -> int:
    """An alert for each pattern, where there is no open one of its kind about its member.

    Where a case worker is concerned, not they but the admins are told that something waits.

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
    if alert.closed_at is not None:
        raise AlertClosed
    alert.closed_by, alert.closed_at = caller.login_id, work.now
    alert.reason_sealed = work.envelopes.seal(
        alert.member_id, reason, "alert", alert.bank_id, alert_id
    )
    return alert


async def set_thresholds(
    work: Work, caller: Caller, changes: Mapping[str, int], if_match: str | None
) -> tuple[Thresholds, int]:
    """Set from which numbers on there are alerts in the bank; what is not named stays.

    Raises:
        Stale: when `If-Match` names an older version.
    """
    first = {"bank_id": caller.bank_id, "version": 0, **asdict(Thresholds())}
    made = insert(AlertThreshold).values(first).on_conflict_do_nothing()
    await work.session.execute(made)
    row = await queries.lock_thresholds(work.session, caller.bank_id)
    refuse_stale(if_match, thresholds_etag(caller.bank_id, row.version))
    for name, value in changes.items():
        setattr(row, name, value)
    row.version += 1
    await work.session.flush()
    return queries.thresholds_of(row), row.version


def thresholds_etag(bank_id: UUID, version: int) -> str:
    """The entity tag of a bank's thresholds."""
    return etag("thresholds", bank_id, version)


async def _tell(work: Work, bank_id: UUID, found: Found, alert_id: UUID) -> None:
    concerned = [one for one in (found.member_id, found.with_id) if one is not None]
    is_own = await queries.are_case_workers(work.session, bank_id, concerned)
    role = Role.ADMIN if is_own else Role.CASE_WORKER
    notices.tell_staff(work, bank_id, role, NoticeKind.ALERT_WAITING, alert_id)
