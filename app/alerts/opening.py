"""Whom an alert is about is looked at: written down, as every look of the staff at people."""

from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

from fastapi import Depends

from app.alerts import queries
from app.alerts.tables import Alert
from app.identity.access import CaseWorker
from app.kit.http import Working
from app.kit.paging import Pager, Paging
from app.openings import operations as openings
from app.openings.rules import OpeningKind

AlertStatus = Literal["open", "closed"]


class Waiting(NamedTuple):
    """A page of the queue."""

    rows: Sequence[Alert]
    next_cursor: str | None


async def _opened(
    caller: CaseWorker, work: Working, page: Paging, status: AlertStatus = "open"
) -> Waiting:
    pager = Pager(work.vault, caller.login_id, f"alerts:{status}", page)
    rows = await queries.list_alerts(
        work.session,
        caller,
        is_open=status == "open",
        after=pager.after_moment(),
        limit=pager.rows_max,
    )
    items, cursor = pager.cut(rows, lambda row: (row.found_at, row.alert_id))
    people = [row.member_id for row in items if row.member_id is not None]
    await openings.record_listed(work, caller, people, OpeningKind.ALERT)
    return Waiting(items, cursor)


OpenedAlerts = Annotated[Waiting, Depends(_opened)]
"""A page of the queue; whom it is about cannot see that it was read."""
