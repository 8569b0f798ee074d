"""Requests made from the contract, good and bad: nothing breaks, nothing surprises."""

from tests.fuzzing import CONTRACT, AnyCase, Served, is_for_quick_runs, repeatable

EXAMPLES = 8


@CONTRACT.parametrize()
@repeatable(EXAMPLES)
def test_every_answer_is_documented_whatever_is_asked(case: AnyCase, served: Served) -> None:
    if is_for_quick_runs(case):
        served.asks(case)
