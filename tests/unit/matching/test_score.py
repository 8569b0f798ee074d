from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from app.listings.categories import CATEGORIES
from app.matching.rules import (
    POINTS_MAX,
    Reason,
    ReasonCode,
    Side,
    is_reachable,
    judge,
    score,
)

SPOKEN = ("en", "hr", "sl", "uk")
AREAS = ("center", "north", None)


def sides(category: str | None = None) -> st.SearchStrategy[Side]:
    """Any listing; with a language that everybody speaks, as the hard filter demands."""
    return st.builds(
        lambda kind, others, area, remote: Side(kind, frozenset({"sl", *others}), area, remote),
        st.just(category) if category else st.sampled_from(sorted(CATEGORIES)),
        st.sets(st.sampled_from(SPOKEN)),
        st.sampled_from(AREAS),
        st.booleans(),
    )


def _code(reasons: list[Reason], *codes: ReasonCode) -> ReasonCode:
    """Which one of these codes is given."""
    (found,) = {reason.code for reason in reasons} & set(codes)
    return found


@given(sides(), sides())
def test_the_reasons_of_a_match_add_up_exactly_to_its_score(mine: Side, other: Side) -> None:
    reasons = judge(mine, other)
    assert sum(reason.points for reason in reasons) == score(reasons) * POINTS_MAX
    assert all(reason.points > 0 for reason in reasons)
    assert 0 < score(reasons) <= 1


@given(sides(), sides())
def test_a_match_has_one_reason_of_topic_one_of_place_and_the_languages_that_both_speak(
    mine: Side, other: Side
) -> None:
    reasons = judge(mine, other)
    assert len(reasons) == 3
    same = _code(reasons, ReasonCode.SAME_SERVICE, ReasonCode.RELATED_SERVICE)
    assert (same is ReasonCode.SAME_SERVICE) == (mine.category == other.category)
    assert _code(
        reasons,
        ReasonCode.SAME_AREA,
        ReasonCode.ANYWHERE,
        ReasonCode.REMOTE_OK,
        ReasonCode.OTHER_AREA,
    )
    (speak,) = [reason for reason in reasons if reason.code is ReasonCode.BOTH_SPEAK]
    assert speak.languages == tuple(sorted(mine.languages & other.languages))


@given(sides(), sides())
def test_a_match_is_as_good_for_the_one_side_as_for_the_other(mine: Side, other: Side) -> None:
    assert judge(mine, other) == judge(other, mine)
    assert is_reachable(mine, other) == is_reachable(other, mine)


@given(sides("cooking"), sides("cooking"), sides("sewing"), sides("gardening"))
def test_the_worst_match_of_the_same_service_beats_the_best_of_a_related_one(
    mine: Side, other: Side, related: Side, another: Side
) -> None:
    assert score(judge(mine, other)) > score(judge(related, another))


def test_nearer_is_better_and_two_languages_are_better_than_one() -> None:
    mine = Side("cooking", frozenset({"sl", "en", "uk"}), "center", remote=True)
    near = Side("cooking", frozenset({"sl", "en"}), "center", remote=False)
    anywhere = Side("cooking", frozenset({"sl", "en"}), None, remote=False)
    afar = Side("cooking", frozenset({"sl", "en"}), None, remote=True)
    far = Side("cooking", frozenset({"sl", "en"}), "north", remote=False)
    hardly = Side("cooking", frozenset({"sl"}), "north", remote=False)
    scores = [score(judge(mine, other)) for other in (near, anywhere, afar, far, hardly)]
    assert scores == [1.0, 0.9, 0.9, 0.7, 0.6]
    third = Side("cooking", frozenset({"sl", "en", "uk"}), "center", remote=False)
    assert score(judge(mine, third)) == 1.0, "a third common language adds nothing"


def test_two_can_meet_in_person_or_from_afar_and_no_other_way() -> None:
    ways = {
        (area, remote): Side("cooking", frozenset({"sl"}), area, remote)
        for area, remote in product(("center", None), (False, True))
    }
    in_person = {("center", False), ("center", True), (None, False)}
    from_afar = {("center", True), (None, True)}
    for (mine, one), (other, two) in product(ways.items(), repeat=2):
        expected = ({mine, other} <= in_person) or ({mine, other} <= from_afar)
        assert is_reachable(one, two) == expected, (mine, other)
