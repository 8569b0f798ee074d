"""A lane, and the transactions that it does."""

import pytest

from app.kit.lane import Lane
from tests.lanes import Transactions


@pytest.fixture
def done() -> Transactions:
    return Transactions()


@pytest.fixture
def lane(done: Transactions) -> Lane[int, int]:
    return Lane("test", done.do_many)
