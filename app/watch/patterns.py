"""What a pattern is: pure, over what one member gave and took.

Giving is an hour for somebody, so it comes to the giver's account. What staff run (group sessions)
counts as giving and taking, but not towards who gives to whom: staff see that anyway. What was put
right counts against what it takes back.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.alerts.rules import AlertKind, Facts, Found, Thresholds

WINDOW_DAYS: Final = 90
"""How far back patterns are looked for."""
WEEK_DAYS: Final = 7
NIGHT_DAYS: Final = 30
NIGHT_FROM_HOUR: Final = 22
NIGHT_UNTIL_HOUR: Final = 5
RING_MINUTES: Final = 60
SAME_TIMES_MIN: Final = 3
"""Whoever spent fewer times has not had the time to spend with others."""
WHOLE: Final = 100
"""Percent."""


@dataclass(frozen=True)
class Move:
    """Minutes that somebody gave to, or took from, another member."""

    other_id: UUID
    minutes: int
    """Negative where it was taken back."""
    at: datetime
    at_night: bool = False
    in_group: bool = False


@dataclass(frozen=True)
class History:
    """What one member gave and took within the window, newest first."""

    member_id: UUID
    gave: Sequence[Move] = ()
    took: Sequence[Move] = ()
    donated: int = 0
    """Minutes that went to the community, or to another bank."""
    is_organisation: bool = False

    def since(self, at: datetime) -> "History":
        """Only what moved after then; what was donated, whenever it was."""
        return replace(
            self,
            gave=[one for one in self.gave if one.at > at],
            took=[one for one in self.took if one.at > at],
        )


@dataclass(frozen=True)
class Looking:
    """What a pattern is looked for with."""

    history: History
    payers: Mapping[UUID, History]
    """Those who took from this member."""
    limits: Thresholds
    now: datetime

    def found(self, kind: AlertKind, facts: Facts, with_id: UUID | None = None) -> Found:
        """The pattern, of this member."""
        return Found(self.history.member_id, kind, facts, with_id)


Pattern = Callable[[Looking], Found | None]


def is_night(hour: int | None) -> bool:
    """Whether an exchange that begins in this hour begins at night."""
    return hour is not None and (hour >= NIGHT_FROM_HOUR or hour < NIGHT_UNTIL_HOUR)


def judge(
    history: History,
    payers: Mapping[UUID, History],
    limits: Thresholds,
    now: datetime,
    looked_at: Mapping[AlertKind, datetime],
) -> list[Found]:
    """Every pattern of one member. What was there when a kind was last looked at is not again."""
    found = []
    for kind, pattern in PATTERNS.items():
        since = looked_at.get(kind)
        seen = history if since is None else history.since(since)
        found.append(pattern(Looking(seen, payers, limits, now)))
    return [one for one in found if one is not None]


def who_might_bring(history: History, limits: Thresholds) -> set[UUID]:
    """Those who took so much from this member that they have to be looked at for a collector."""
    shares = _shares(_one_to_one(history.gave))
    much = {other_id for other_id, count in shares.items() if count >= limits.collector_minutes}
    return much if len(much) >= limits.collector_people else set()


def long_hours(looking: Looking) -> Found | None:
    """More given in a week than one gives beside a life."""
    week = [one for one in looking.history.gave if _within(looking, one, WEEK_DAYS)]
    minutes = _sum(week)
    if minutes <= looking.limits.week_minutes:
        return None
    facts = Facts(minutes=minutes, people=len(_shares(week)), days=WEEK_DAYS)
    return looking.found(AlertKind.LONG_HOURS, facts)


def one_counterpart(looking: Looking) -> Found | None:
    """Most of what was given went to one."""
    gave, limits = _one_to_one(looking.history.gave), looking.limits
    return _to_one(
        looking, AlertKind.ONE_COUNTERPART, gave, limits.share_minutes, limits.share_percent
    )


def never_spends(looking: Looking) -> Found | None:
    """Gives, and takes nothing: neither for themselves nor for the community."""
    history, minutes = looking.history, _sum(looking.history.gave)
    if minutes < looking.limits.unspent_minutes or _sum(history.took) > 0 or history.donated > 0:
        return None
    facts = Facts(minutes=minutes, people=len(_shares(history.gave)), days=WINDOW_DAYS)
    return looking.found(AlertKind.NEVER_SPENDS, facts)


def always_same(looking: Looking) -> Found | None:
    """Earns, and spends all of it with one."""
    history, limits = looking.history, looking.limits
    took = _one_to_one(history.took)
    if _sum(history.gave) < limits.same_minutes or len(took) < SAME_TIMES_MIN:
        return None
    return _to_one(looking, AlertKind.ALWAYS_SAME, took, limits.same_minutes, limits.same_percent)


def collector(looking: Looking) -> Found | None:
    """Several who earn elsewhere spend nearly all of it with this one."""
    me, limits = looking.history.member_id, looking.limits
    theirs = [_brought(one, me, limits) for one in looking.payers.values()]
    minutes = [one for one in theirs if one is not None]
    if len(minutes) < limits.collector_people:
        return None
    facts = Facts(minutes=sum(minutes), people=len(minutes), days=WINDOW_DAYS)
    return looking.found(AlertKind.COLLECTOR, facts)


def night_hours(looking: Looking) -> Found | None:
    """Gives at night, again and again."""
    nights = [
        one for one in looking.history.gave if one.at_night and _within(looking, one, NIGHT_DAYS)
    ]
    if len(nights) < looking.limits.night_times:
        return None
    facts = Facts(
        minutes=_sum(nights), people=len(_shares(nights)), times=len(nights), days=NIGHT_DAYS
    )
    return looking.found(AlertKind.NIGHT_HOURS, facts)


def organisation_takes(looking: Looking) -> Found | None:
    """An organisation that receives far more than it gives."""
    history = looking.history
    minutes = _sum(history.took) - _sum(history.gave)
    if not history.is_organisation or minutes <= looking.limits.organisation_minutes:
        return None
    facts = Facts(minutes=minutes, people=len(_shares(history.took)), days=WINDOW_DAYS)
    return looking.found(AlertKind.ORGANISATION_TAKES, facts)


def fast_ring(looking: Looking) -> Found | None:
    """Hours come and go within minutes, again and again: so fast nobody helps anybody.

    However long the ring is, each of those in it has as much coming as going within the hour.
    """
    history, times = looking.history, looking.limits.ring_times
    moves = [(one.at, True) for one in _one_to_one(history.gave)]
    moves = sorted(moves + [(one.at, False) for one in _one_to_one(history.took)])
    for first, (begins, _) in enumerate(moves):
        ends = bisect_right(moves, (begins + timedelta(minutes=RING_MINUTES), True))
        gave = sum(is_gave for _, is_gave in moves[first:ends])
        if min(gave, ends - first - gave) >= times:
            return looking.found(AlertKind.FAST_RING, Facts(times=ends - first, days=1))
    return None


PATTERNS: Final[Mapping[AlertKind, Pattern]] = {
    AlertKind.LONG_HOURS: long_hours,
    AlertKind.ONE_COUNTERPART: one_counterpart,
    AlertKind.NEVER_SPENDS: never_spends,
    AlertKind.ALWAYS_SAME: always_same,
    AlertKind.COLLECTOR: collector,
    AlertKind.NIGHT_HOURS: night_hours,
    AlertKind.ORGANISATION_TAKES: organisation_takes,
    AlertKind.FAST_RING: fast_ring,
}
"""Every pattern that is looked for in the books."""


def _to_one(
    looking: Looking, kind: AlertKind, moves: Sequence[Move], least: int, percent: int
) -> Found | None:
    """More than that part of all these minutes with one, where there are at least so many."""
    shares = _shares(moves)
    whole = sum(shares.values())
    other_id, minutes = max(shares.items(), key=lambda one: (one[1], one[0]), default=(None, 0))
    if whole < least or minutes * WHOLE <= whole * percent:
        return None
    facts = Facts(minutes=minutes, of_minutes=whole, people=len(shares), days=WINDOW_DAYS)
    return looking.found(kind, facts, other_id)


def _brought(payer: History, to_id: UUID, limits: Thresholds) -> int | None:
    """What somebody who earns elsewhere brought to one, where it is nearly all that they spent."""
    shares = _shares(_one_to_one(payer.took))
    earned = sum(one.minutes for one in payer.gave if one.other_id != to_id)
    minutes = shares.get(to_id, 0)
    is_all = minutes * WHOLE > sum(shares.values()) * limits.same_percent
    is_much = min(minutes, earned) >= limits.collector_minutes
    return minutes if is_all and is_much else None


def _within(looking: Looking, move: Move, days: int) -> bool:
    return move.at > looking.now - timedelta(days=days)


def _one_to_one(moves: Sequence[Move]) -> list[Move]:
    return [one for one in moves if not one.in_group]


def _sum(moves: Sequence[Move]) -> int:
    return sum(one.minutes for one in moves)


def _shares(moves: Sequence[Move]) -> dict[UUID, int]:
    """The minutes with each other member; without those with whom nothing is left."""
    minutes = Counter[UUID]()
    for one in moves:
        minutes[one.other_id] += one.minutes
    return {other_id: count for other_id, count in minutes.items() if count > 0}
