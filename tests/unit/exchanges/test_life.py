from itertools import product

import pytest

from app.exchanges.rules import (
    LIFE,
    NOUNS,
    PARTIES,
    NotYourStep,
    Status,
    Step,
    StepNotOpen,
    Who,
    advance,
    open_to,
)

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
OPEN = """
    proposed  giver    awaited   acceptance decline counterproposal
    proposed  receiver awaited   acceptance decline counterproposal
    proposed  giver    proposer  cancellation
    proposed  receiver proposer  cancellation
    accepted  giver    awaited   delivery cancellation dispute
    accepted  giver    proposer  delivery cancellation dispute
    accepted  receiver awaited   cancellation dispute
    accepted  receiver proposer  cancellation dispute
    delivered giver    awaited   dispute
    delivered giver    proposer  dispute
    delivered receiver awaited   confirmation dispute
    delivered receiver proposer  confirmation dispute
    settled   giver    awaited   dispute
    settled   giver    proposer  dispute
    settled   receiver awaited   dispute
    settled   receiver proposer  dispute
"""
"""The same from where each side stands: status, part, turn, and the URLs that are open to it."""
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


@pytest.mark.parametrize("status", Status)
def test_what_is_open_to_a_side_is_what_the_table_lets_it_do_in_the_order_of_the_table(
    status: Status,
) -> None:
    told = {
        (Status(start), Who(part), Who(turn)): tuple(nouns)
        for start, part, turn, *nouns in map(str.split, OPEN.strip().splitlines())
    }
    for part, turn in product(PARTIES, (Who.AWAITED, Who.PROPOSER)):
        who = frozenset({part, turn})
        assert open_to(status, who) == told.get((status, part, turn), ())
        leading = {noun for step, noun in NOUNS.items() if _leads_on(status, step, who)}
        assert set(open_to(status, who)) == leading


def test_a_step_has_a_noun_when_one_of_the_two_takes_it() -> None:
    theirs = PARTIES | {Who.AWAITED, Who.PROPOSER}
    assert set(NOUNS) == {step for (_, step), way in LIFE.items() if way.who & theirs}


def _leads_on(status: Status, step: Step, who: frozenset[Who]) -> bool:
    try:
        advance(status, step, who)
    except (StepNotOpen, NotYourStep):
        return False
    return True
