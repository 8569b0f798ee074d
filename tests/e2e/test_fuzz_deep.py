"""The same as `test_fuzz`, for longer; apart from it, because making the tests takes long, too."""

import pytest

from tests.fuzzing import CONTRACT, AnyCase, Served, repeatable

EXAMPLES = 400


@pytest.mark.deep
@CONTRACT.parametrize()
@repeatable(EXAMPLES)
def test_every_answer_is_documented_however_long_one_asks(case: AnyCase, served: Served) -> None:
    served.asks(case)
