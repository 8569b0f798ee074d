from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.groups.rules import (
    NotOneToMany,
    PersonTwice,
    Sharing,
    Terms,
    levied,
    shares_of,
    split,
)
from app.ledger.netting import legs_for

PEOPLE = st.lists(st.uuids(), min_size=1, max_size=20, unique=True)
MINUTES = st.integers(1, 6_000)
TERMS: dict[str, Any] = {"minutes": 60, "sharing": Sharing.SHARED, "levy_percent": 0}


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    one, *many = draw(st.lists(st.uuids(), min_size=2, max_size=20, unique=True))
    few, more = draw(st.permutations([[one], many]))
    return Terms.of(
        few,
        more,
        [],
        minutes=draw(MINUTES),
        sharing=draw(st.sampled_from(Sharing)),
        levy_percent=draw(st.integers(0, 50)),
    )


@given(st.integers(0, 2**70), PEOPLE, st.data())
def test_parts_sum_to_the_whole_and_differ_by_a_minute_at_most(
    minutes: int, people: list[UUID], data: st.DataObject
) -> None:
    parts = split(minutes, people)
    assert sum(parts.values()) == minutes
    assert parts.keys() == set(people)
    assert max(parts.values()) - min(parts.values()) <= 1
    assert min(parts.values()) >= 0
    assert split(minutes, data.draw(st.permutations(people))) == parts


@given(st.integers(0, 2**70), st.integers(0, 100))
def test_a_levy_and_what_is_kept_sum_to_the_whole(minutes: int, percent: int) -> None:
    kept, levy = levied(minutes, percent)
    assert kept + levy == minutes
    assert min(kept, levy) >= 0
    assert 100 * levy <= minutes * percent < 100 * (levy + 1), "rounded down, for who gave"


def test_a_levy_is_rounded_down_as_the_documentation_says() -> None:
    assert levied(59, 10) == (54, 5)


@given(terms())
def test_minutes_are_neither_made_nor_lost_and_nobody_pays_for_giving(asked: Terms) -> None:
    shares = shares_of(asked)
    assert sum(shares.people.values()) + shares.fund == 0
    assert shares.fund >= 0
    for one in asked.givers:
        assert 0 < shares.people[one] <= asked.minutes, "one hour is one hour"
    for one in asked.receivers:
        assert shares.people[one] <= 0


@given(
    st.dictionaries(st.uuids(), st.integers(-(2**40), 2**40), min_size=1, max_size=20), st.data()
)
def test_netted_postings_do_just_what_changes_and_each_account_is_on_one_side(
    changes: dict[UUID, int], data: st.DataObject
) -> None:
    changes |= {UUID(int=0): 0}
    changes[UUID(int=0)] -= sum(changes.values())
    legs = legs_for(changes)
    moved = dict.fromkeys(changes, 0)
    for leg in legs:
        assert leg.minutes > 0
        moved[leg.debit] -= leg.minutes
        moved[leg.credit] += leg.minutes
    assert moved == changes
    assert {leg.debit for leg in legs}.isdisjoint(leg.credit for leg in legs)
    assert len(legs) <= max(0, sum(map(bool, changes.values())) - 1)
    shuffled = dict(data.draw(st.permutations(list(changes.items()))))
    assert legs_for(shuffled) == legs


def test_one_gives_or_one_receives_and_nobody_is_named_twice() -> None:
    one, two, three, four = (UUID(int=number) for number in range(1, 5))
    with pytest.raises(NotOneToMany):
        Terms.of([one, two], [three, four], [], **TERMS)
    for givers, receivers, companions in (
        ([one], [one], []),
        ([one], [two, two], []),
        ([one], [two], [(one, 5)]),
        ([one], [two], [(three, 5), (three, 5)]),
    ):
        with pytest.raises(PersonTwice):
            Terms.of(givers, receivers, companions, **TERMS)
