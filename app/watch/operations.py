"""The round through a bank's books."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.alerts import operations as alerts
from app.alerts import queries as known
from app.kit.ground import Work
from app.members.rules import MemberKind
from app.watch import queries
from app.watch.patterns import WINDOW_DAYS, History, Move, is_night, judge, who_might_bring
from app.watch.queries import MoveRow, Owner
from app.watch.tables import WatchRound

ROUND_HOURS: Final = 20
"""So long after it began a round may begin anew: once a day, whenever the worker comes to it."""
OVERLAP: Final = timedelta(minutes=10)
"""What was posted so long before a round began may have been committed after it."""
_FIRST_ID: Final = UUID(int=0)
_GROUP: Final = "group_session"
_NOTHING_DUE: Final = 0


class _Read(NamedTuple):
    """What was read of some accounts."""

    people: list[History]
    accounts: dict[UUID, UUID]
    """The accounts of all who are met in it, by member."""


async def look_on(work: Work) -> int:
    """Look through the next accounts of a bank whose round is due.

    Returns:
        How much was done: 0 when no bank has anything due.
    """
    due = await queries.find_due(work.session, work.now - timedelta(hours=ROUND_HOURS))
    if due is None:
        return _NOTHING_DUE
    round_ = await _taken_up(work, due)
    if not round_.is_done:
        await _look(work, round_)
    return 1


async def _taken_up(work: Work, bank_id: UUID) -> WatchRound:
    """The bank's round, locked; begun anew where it is time."""
    before = work.now - timedelta(days=WINDOW_DAYS)
    first = {"bank_id": bank_id, "moved_since": before, "began_at": before}
    made = insert(WatchRound).values(first | {"after_id": _FIRST_ID, "is_done": True})
    await work.session.execute(made.on_conflict_do_nothing())
    round_ = await queries.lock_round(work.session, bank_id)
    if round_.is_done and round_.began_at <= work.now - timedelta(hours=ROUND_HOURS):
        round_.moved_since = round_.began_at - OVERLAP
        round_.began_at, round_.after_id, round_.is_done = work.now, _FIRST_ID, False
    return round_


async def _look(work: Work, round_: WatchRound) -> None:
    bank_id = round_.bank_id
    accounts = await queries.list_moved(
        work.session, bank_id, since=round_.moved_since, after_id=round_.after_id
    )
    read = await _read(work, bank_id, accounts)
    limits = await known.get_thresholds(work.session, bank_id)
    payers = {one for history in read.people for one in who_might_bring(history, limits)}
    theirs = await _read(work, bank_id, {read.accounts[one] for one in payers})
    by_id = {history.member_id: history for history in theirs.people}
    closed = await known.find_closed(work.session, bank_id, [one.member_id for one in read.people])
    for history in read.people:
        looked_at = {kind: at for (whose, kind), at in closed.items() if whose == history.member_id}
        brought = {one.other_id for one in history.gave} & by_id.keys()
        mine = {one: by_id[one] for one in brought}
        await alerts.raise_alerts(work, bank_id, judge(history, mine, limits, work.now, looked_at))
    round_.after_id = accounts[-1] if accounts else round_.after_id
    round_.is_done = len(accounts) < queries.ACCOUNTS_MAX


async def _read(work: Work, bank_id: UUID, account_ids: Collection[UUID]) -> _Read:
    """What these accounts' members gave and took; without those who are gone."""
    since = work.now - timedelta(days=WINDOW_DAYS)
    came, left = await queries.list_moves(work.session, bank_id, account_ids, since)
    others = {row.other_id for row in (*came, *left)}
    owners = await queries.find_owners(work.session, bank_id, {*account_ids, *others})
    people = [
        _history(owners[one], _of(one, came), _of(one, left), owners)
        for one in account_ids
        if one in owners and owners[one].is_active
    ]
    return _Read(people, {owner.member_id: account_id for account_id, owner in owners.items()})


def _of(account_id: UUID, rows: Sequence[MoveRow]) -> list[MoveRow]:
    return [row for row in rows if row.account_id == account_id]


def _history(
    owner: Owner,
    came: Sequence[MoveRow],
    left: Sequence[MoveRow],
    owners: Mapping[UUID, Owner],
) -> History:
    moved = [(row, True) for row in came] + [(row, False) for row in left]
    known_others = [(row, is_in) for row, is_in in moved if row.other_id in owners]
    return History(
        owner.member_id,
        gave=[_move(row, owners) for row, is_in in known_others if is_in != row.is_back],
        took=[_move(row, owners) for row, is_in in known_others if is_in == row.is_back],
        donated=sum(row.minutes for row in left if row.other_id not in owners),
        is_organisation=owner.kind == MemberKind.ORGANISATION,
    )


def _move(row: MoveRow, owners: Mapping[UUID, Owner]) -> Move:
    return Move(
        owners[row.other_id].member_id,
        -row.minutes if row.is_back else row.minutes,
        row.posted_at,
        at_night=is_night(row.hour),
        in_group=row.kind == _GROUP,
    )
