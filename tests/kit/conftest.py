"""Data folders for the tests of the embedded PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedding import (
    kill_postgres,
    new_folder,
)


@pytest.fixture
def empty() -> Iterator[Path]:
    with new_folder() as data:
        yield data


@pytest.fixture(scope="module")
def shared() -> Iterator[Path]:
    with new_folder() as data:
        yield data


@pytest.fixture
def folder(shared: Path) -> Iterator[Path]:
    """A data folder for the tests that leave it as good as they found it: initdb is slow."""
    yield shared
    kill_postgres(shared)
