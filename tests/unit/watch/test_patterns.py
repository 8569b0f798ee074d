"""Planted patterns are found among people who help each other as people do, and those are not."""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.alerts.rules import AlertKind, Found, Thresholds
from app.watch.patterns import WINDOW_DAYS, History, Move, judge, who_might_bring

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
INNOCENT = 300
HELPED = 2_400
"""Exchanges between them, within three months."""


@dataclass
class Village:
    """People by number, and what they gave each other."""

    chance: random.Random
    moved: list[tuple[int, int, Move]] = field(default_factory=list)
    organisations: set[int] = field(default_factory=set)

    def gives(
        self, giver: int, taker: int, minutes: int, *, hours_ago: float, at_night: bool = False
    ) -> None:
        at = NOW - timedelta(hours=hours_ago)
        self.moved.append((giver, taker, Move(_id(taker), minutes, at, at_night)))

    def helps_out(self) -> None:
        """What neighbours do: an hour or two, with whoever asks, by day."""
        for _ in range(HELPED):
            giver, taker = self.chance.sample(range(INNOCENT), 2)
            days = self.chance.uniform(0.1, WINDOW_DAYS - 1)
            self.gives(
                giver, taker, self.chance.choice([30, 45, 60, 60, 90, 120]), hours_ago=24 * days
            )

    def histories(self) -> dict[UUID, History]:
        gave, took = defaultdict[int, list[Move]](list), defaultdict[int, list[Move]](list)
        for giver, taker, move in self.moved:
            gave[giver].append(move)
            took[taker].append(Move(_id(giver), move.minutes, move.at, move.at_night))
        people = gave.keys() | took.keys()
        return {
            _id(one): History(
                _id(one), gave[one], took[one], is_organisation=one in self.organisations
            )
            for one in people
        }

    def found(self, limits: Thresholds | None = None) -> list[Found]:
        histories, limits = self.histories(), limits or Thresholds()
        found = list[Found]()
        for history in histories.values():
            payers = {one: histories[one] for one in who_might_bring(history, limits)}
            found += judge(history, payers, limits, NOW, {})
        return found


def _id(number: int) -> UUID:
    return UUID(int=number + 1)


def helpful(seed: int) -> Village:
    village = Village(random.Random(seed))
    village.helps_out()
    return village


X, Y = 1_000, 1_001
"""Nobody of the innocent."""


def works_all_week(village: Village) -> None:
    for day in range(6):
        village.gives(X, day, 130, hours_ago=20 * day + 3)


def works_for_one(village: Village) -> None:
    for week in range(8):
        village.gives(X, Y, 90, hours_ago=24 * 7 * week + 3)
        village.gives(X, week, 45, hours_ago=24 * 7 * week + 30)
        village.gives(week, X, 60, hours_ago=24 * 7 * week + 60)


def never_takes(village: Village) -> None:
    for week in range(11):
        village.gives(X, week, 110, hours_ago=24 * 7 * week + 3)


def is_spent_by_another(village: Village) -> None:
    for week in range(10):
        village.gives(X, week, 65, hours_ago=24 * 7 * week + 3)
        village.gives(Y, X, 65, hours_ago=24 * 7 * week + 5)
        village.gives(week, Y, 50, hours_ago=24 * 7 * week + 7)


def collects(village: Village) -> None:
    for worker in range(3):
        for week in range(5):
            village.gives(X + 1 + worker, 10 * worker + week, 65, hours_ago=24 * 7 * week + 3)
            village.gives(X, X + 1 + worker, 65, hours_ago=24 * 7 * week + 9 + worker)


def works_at_night(village: Village) -> None:
    for night in range(3):
        village.gives(X, night, 60, hours_ago=24 * 5 * night + 3, at_night=True)
        village.gives(night, X, 60, hours_ago=24 * 5 * night + 30)


def lives_on_others(village: Village) -> None:
    village.organisations.add(X)
    for day in range(30):
        village.gives(day, X, 90, hours_ago=24 * 2 * day + 3)


def turns_in_a_ring(village: Village) -> None:
    for turn in range(3):
        for one in range(3):
            village.gives(X + one, X + (one + 1) % 3, 60, hours_ago=5 - (3 * turn + one) / 20)


PLANTED: dict[AlertKind, Callable[[Village], None]] = {
    AlertKind.LONG_HOURS: works_all_week,
    AlertKind.ONE_COUNTERPART: works_for_one,
    AlertKind.NEVER_SPENDS: never_takes,
    AlertKind.ALWAYS_SAME: is_spent_by_another,
    AlertKind.COLLECTOR: collects,
    AlertKind.NIGHT_HOURS: works_at_night,
    AlertKind.ORGANISATION_TAKES: lives_on_others,
    AlertKind.FAST_RING: turns_in_a_ring,
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_pattern_is_found_and_nobody_else_is(kind: AlertKind) -> None:
    village = helpful(seed=[*PLANTED].index(kind))
    PLANTED[kind](village)
    found = village.found()
    assert (_id(X), kind) in {(one.member_id, one.kind) for one in found}
    assert {one.member_id for one in found} <= {_id(X + more) for more in range(5)}


def test_people_who_help_each_other_are_not_found() -> None:
    for seed in (1, 2, 3):
        assert helpful(seed).found() == []


def test_every_pattern_has_somebody_planted() -> None:
    elsewhere = {AlertKind.MANY_CONTACTS, AlertKind.MANY_RECORDS}  # not in the books
    assert PLANTED.keys() == set(AlertKind) - elsewhere


def test_what_was_looked_at_once_does_not_count_again() -> None:
    village = Village(random.Random(0))
    works_all_week(village)
    history = village.histories()[_id(X)]

    def again(looked_at: datetime) -> list[AlertKind]:
        looked = {AlertKind.LONG_HOURS: looked_at}
        return [one.kind for one in judge(history, {}, Thresholds(), NOW, looked)]

    assert again(NOW - timedelta(days=8)) == [AlertKind.LONG_HOURS]
    assert again(NOW - timedelta(days=1)) == []


def test_other_numbers_find_others() -> None:
    village = Village(random.Random(0))
    village.gives(X, Y, 60, hours_ago=3)
    assert village.found() == []
    (found,) = village.found(Thresholds(week_minutes=59))
    assert (found.member_id, found.kind, found.facts.minutes) == (_id(X), "long_hours", 60)


def test_what_was_taken_back_was_not_given() -> None:
    moves = [Move(_id(Y), 800, NOW), Move(_id(Y), -800, NOW)]
    assert judge(History(_id(X), gave=moves), {}, Thresholds(), NOW, {}) == []
