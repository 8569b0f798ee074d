"""Requests made from the contract, good and bad: nothing breaks, nothing surprises.

What fits the contract is drawn by chance, what does not comes from its boundaries. `test_fuzz_deep`
asks everything. Its `CONTRACT.parametrize()` makes all cases of all operations before the first
test runs, in every process of the tests: here an operation's are made when it is its turn.
"""

import pytest
import schemathesis
from schemathesis.generation import GenerationMode
from schemathesis.generation.hypothesis.builder import (
    HypothesisTestConfig,
    HypothesisTestMode,
    create_test,
)
from schemathesis.generation.meta import TestPhase

from tests.fuzzing import (
    CONTRACT,
    GUARDS,
    AnyCase,
    Served,
    is_positive,
    repeatable,
    turn_of,
)

EXAMPLES = 4
BOUNDARY_IN = 4
"""One in so many of the values just outside of what the contract allows is tried."""

QUICK = schemathesis.openapi.from_dict(CONTRACT.raw_schema)
QUICK.config.phases.fuzzing.generation.update(modes=[GenerationMode.POSITIVE])


@pytest.mark.parametrize("name", sorted(GUARDS))
def test_every_answer_is_documented_whatever_is_asked(name: str, served: Served) -> None:
    @repeatable(EXAMPLES)
    def asking(case: AnyCase) -> None:
        if is_positive(case) or (is_boundary(case) and turn_of(case) % BOUNDARY_IN == 0):
            served.asks(case)

    config = HypothesisTestConfig(QUICK.config, list(HypothesisTestMode))
    operation = QUICK.find_operation_by_id(name)
    create_test(operation=operation, test_func=asking, config=config)()


def is_boundary(case: AnyCase) -> bool:
    """Some thirty an operation, always the same ones."""
    return case.meta is not None and case.meta.phase.name == TestPhase.COVERAGE
