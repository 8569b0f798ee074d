from collections.abc import Iterator
from pathlib import Path

import pytest

from app.kit.embedded import lease
from tests.e2e.commands import new_folder, timebank


@pytest.fixture
def empty_folder() -> Iterator[Path]:
    """The path of a data folder that is not there yet."""
    with new_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def bank_folder() -> Iterator[Path]:
    """A data folder with a bank; its PostgreSQL stays up, so that commands are quick."""
    with new_folder() as folder, lease(folder):
        assert timebank(folder, "bank", "create", "town", "--name", "Town").returncode == 0
        yield folder
