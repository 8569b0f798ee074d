"""Tests that hypothesis drives are not asynchronous themselves: they bring a loop."""

from collections.abc import Iterator

import pytest

from app.kit.settings import Settings
from tests.property.loop import Loop


@pytest.fixture
def loop(settings: Settings) -> Iterator[Loop]:
    loop = Loop(settings)
    yield loop
    loop.close()
