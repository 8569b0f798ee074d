"""Whether one of the staff looks at unusually many people; told within minutes, in every bank.

Counted is what somebody goes and looks for. What comes to them (who waits to be approved, what was
flagged, held or disputed) is as much as there is.
"""

from collections import defaultdict
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.alerts import operations as alerts
from app.alerts import queries as known
from app.alerts.rules import AlertKind, Facts, Found
from app.identity import queries as logins
from app.kit.ground import Work
from app.openings import operations as openings
from app.openings import queries
from app.openings.rules import OpeningKind
from app.openings.tables import Opening

COUNTED: Final = frozenset(
    {
        OpeningKind.LOOKUP,
        OpeningKind.RECORD,
        OpeningKind.LIMITS,
        OpeningKind.RECOVERY,
        OpeningKind.CONTACT,
    }
)
DAYS: Final = 1


async def look_at_staff(work: Work) -> int:
    """Alert where one of the staff opened more people's records in a day than their bank expects.

    What somebody looked at who judged an alert about it counts no more.

    Returns:
        How many alerts there are now that were not before.
    """
    return sum([await _look(work, one) for one in await queries.list_banks(work.session)])


async def _look(work: Work, bank_id: UUID) -> int:
    since = work.now - timedelta(days=DAYS)
    looks: dict[UUID, list[Opening]] = defaultdict(list)
    for row in await queries.list_since(work.session, bank_id, COUNTED, since):
        looks[openings.who(work, row)[0]].append(row)
    return sum([await _judge(work, bank_id, *whose) for whose in looks.items()])


async def _judge(work: Work, bank_id: UUID, login_id: UUID, looks: list[Opening]) -> int:
    limits = await known.get_thresholds(work.session, bank_id)
    closed_at = await known.find_closed_of_staff(work.session, bank_id, login_id)
    people = {one.member_id for one in looks if closed_at is None or one.opened_at > closed_at}
    if len(people) <= limits.staff_people:
        return 0
    login = await logins.get_login(work.session, bank_id, login_id)
    facts = Facts(people=len(people), days=DAYS)
    found = Found(login.member_id, AlertKind.MANY_RECORDS, facts, login_id=login_id)
    return await alerts.raise_alerts(work, bank_id, [found])
