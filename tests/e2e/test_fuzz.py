"""Requests made from the contract, good and bad: nothing breaks, nothing surprises."""

from tests.fuzzing import CONTRACT, AnyCase, Served, repeatable

EXAMPLES = 8


@CONTRACT.parametrize()
@repeatable(EXAMPLES)
def test_every_answer_is_documented_whatever_is_asked(case: AnyCase, served: Served) -> None:
    served.asks(case)
