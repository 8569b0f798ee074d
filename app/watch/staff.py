"""Whether one of the staff looks at unusually many people; told within minutes, bank by bank.

Counted is what somebody goes and looks for. What comes to them (who waits to be approved, what was
flagged, held or disputed) is as much as there is.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
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


async def list_due(work: Work) -> Sequence[UUID]:
    """The banks in which somebody looked at people lately."""
    return await queries.list_banks(work.session, _since(work))


async def look_at_staff(work: Work, bank_id: UUID) -> int:
    """Alert where one of the staff opened more people's records in a day than their bank expects.

    What somebody looked at who judged an alert about it counts no more.

    Returns:
        How many alerts there are now that were not before.
    """
    looks: dict[UUID, list[Opening]] = defaultdict(list)
    for row in await queries.list_since(work.session, bank_id, COUNTED, _since(work)):
        looks[openings.who(work, row)[0]].append(row)
    most = (await known.get_thresholds(work.session, bank_id)).staff_people
    closed = await known.find_closed_of_staff(work.session, bank_id, looks)
    people = {whose: len(_people(rows, closed.get(whose))) for whose, rows in looks.items()}
    many = [whose for whose, count in people.items() if count > most]
    found = [await _found(work, bank_id, whose, people[whose]) for whose in many]
    return await alerts.raise_alerts(work, bank_id, found)


def _since(work: Work) -> datetime:
    return work.now - timedelta(days=DAYS)


def _people(looks: Iterable[Opening], after: datetime | None) -> set[UUID]:
    """Who was looked at; after that moment, if there is one."""
    return {one.member_id for one in looks if after is None or one.opened_at > after}


async def _found(work: Work, bank_id: UUID, login_id: UUID, people: int) -> Found:
    login = await logins.get_login(work.session, bank_id, login_id)
    facts = Facts(people=people, days=DAYS)
    return Found(login.member_id, AlertKind.MANY_RECORDS, facts, login_id=login_id)
