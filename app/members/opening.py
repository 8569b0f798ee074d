"""Who waits for an answer is looked at: written down, as every look of the staff at people."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from fastapi import Depends

from app.identity.access import Coordinator
from app.kit.ground import Work
from app.kit.http import Working
from app.kit.paging import Pager, Paging
from app.members import queries
from app.members.tables import Member
from app.openings import operations as openings
from app.openings.rules import OpeningKind


class Waiting(NamedTuple):
    """A page of those who wait."""

    rows: Sequence[Member]
    next_cursor: str | None


async def _opened(caller: Coordinator, work: Working, page: Paging) -> Waiting:
    pager = Pager(work.vault, caller.login_id, "applications", page)
    rows = await queries.list_applications(
        work.session, caller.bank_id, after=pager.after_moment(), limit=pager.rows_max
    )
    items, cursor = pager.cut(rows, lambda row: (row.requested_at, row.member_id))
    shown = [row.member_id for row in items]
    await openings.record_listed(work, caller, shown, OpeningKind.APPLICATION)
    return Waiting(items, cursor)


OpenedApplications = Annotated[Waiting, Depends(_opened)]
"""Those who wait for an answer, longest first; they can see that they were looked at."""


def invitation_of(work: Work, row: Member) -> str | None:
    """Who invited an applicant, as they told; for whoever decides."""
    about = ("invitation", row.bank_id, row.member_id)
    return work.envelopes.open(row.invitation_sealed or b"", *about)
