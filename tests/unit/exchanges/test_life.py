from itertools import product

import pytest

from app.exchanges.rules import LIFE, NotYourStep, Status, Step, StepNotOpen, Who, advance

TOLD = """
    proposed  accept   accepted   awaited
    proposed  decline  declined   awaited
    proposed  counter  proposed   awaited
    proposed  cancel   cancelled  proposer
    proposed  expire   expired    time
    proposed  call_off cancelled  system
    accepted  deliver  delivered  giver
    accepted  cancel   cancelled  giver receiver
    accepted  dispute  disputed   giver receiver
    accepted  expire   expired    time
    accepted  call_off cancelled  system
    delivered confirm  settled    receiver
    delivered dispute  disputed   giver receiver
    delivered refer    disputed   system
    settled   dispute  disputed   giver receiver
    settled   resolve  settled    moderator
    settled   void     cancelled  moderator
    cancelled resolve  settled    moderator
    disputed  resolve  settled    moderator
    disputed  void     cancelled  moderator
"""
"""The life of an exchange as it is told to members: from, step, to, who may."""
WAYS = {
    (Status(start), Step(step)): (Status(end), frozenset(map(Who, who)))
    for start, step, end, *who in map(str.split, TOLD.strip().splitlines())
}


@pytest.mark.parametrize(("status", "step", "who"), list(product(Status, Step, Who)))
def test_every_step_leads_where_it_is_told_to_and_nothing_else_is_possible(
    status: Status, step: Step, who: Who
) -> None:
    way = WAYS.get((status, step))
    if way is None:
        with pytest.raises(StepNotOpen) as refusal:
            advance(status, step, frozenset({who}))
        assert refusal.value.facts == {"state": status}
    elif who not in way[1]:
        with pytest.raises(NotYourStep):
            advance(status, step, frozenset({who}))
    else:
        assert advance(status, step, frozenset({who})) is way[0]


def test_the_table_says_no_more_and_no_less_than_is_told() -> None:
    assert {key: (way.to, way.who) for key, way in LIFE.items()} == WAYS


@pytest.mark.parametrize("side", [Who.GIVER, Who.RECEIVER])
def test_whichever_side_proposes_only_the_other_one_answers(side: Who) -> None:
    for step in (Step.ACCEPT, Step.DECLINE, Step.COUNTER):
        assert advance(Status.PROPOSED, step, frozenset({side, Who.AWAITED}))
        with pytest.raises(NotYourStep):
            advance(Status.PROPOSED, step, frozenset({side, Who.PROPOSER}))


def test_hours_move_only_by_the_receivers_word_or_a_moderators() -> None:
    movers = {who for way in LIFE.values() if way.to is Status.SETTLED for who in way.who}
    assert movers == {Who.RECEIVER, Who.MODERATOR}


def test_time_ends_only_what_was_not_delivered() -> None:
    ends = {status for (status, _), way in LIFE.items() if Who.TIME in way.who}
    assert ends == {Status.PROPOSED, Status.ACCEPTED}


def test_what_is_declined_cancelled_or_expired_stays_so_but_for_an_appeal() -> None:
    last = set(Status) - {status for status, _ in LIFE}
    assert last == {Status.DECLINED, Status.EXPIRED}
    assert [step for status, step in LIFE if status is Status.CANCELLED] == [Step.RESOLVE]


def test_every_status_is_reached_from_a_proposal() -> None:
    reached = {Status.PROPOSED}
    for _ in Status:
        reached |= {way.to for (status, _), way in LIFE.items() if status in reached}
    assert reached == set(Status)
