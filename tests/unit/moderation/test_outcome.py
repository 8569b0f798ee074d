from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.values import MINUTES_MAX
from app.moderation.rules import MinutesDoNotFit, Outcome, minutes_of

MINUTES = st.integers(1, MINUTES_MAX)


@given(MINUTES)
def test_as_agreed_comes_to_what_was_agreed(agreed: int) -> None:
    assert minutes_of(Outcome.AS_AGREED, agreed, None) == agreed


@given(MINUTES)
def test_void_comes_to_nothing(agreed: int) -> None:
    assert minutes_of(Outcome.VOID, agreed, None) is None


@given(MINUTES, MINUTES)
def test_adjusted_comes_to_what_the_moderator_says(agreed: int, given_minutes: int) -> None:
    assert minutes_of(Outcome.ADJUSTED, agreed, given_minutes) == given_minutes


@pytest.mark.parametrize(("outcome", "named"), list(product(Outcome, [None, 30])))
def test_minutes_belong_to_adjusted_and_only_to_it(outcome: Outcome, named: int | None) -> None:
    if (outcome is Outcome.ADJUSTED) == (named is not None):
        assert minutes_of(outcome, 60, named) in {60, 30, None}
    else:
        with pytest.raises(MinutesDoNotFit):
            minutes_of(outcome, 60, named)
