"""Twin worlds, for the tests that compare two of them."""

from pathlib import Path

import pytest

from app.kit.settings import Settings
from tests.databases import Cluster
from tests.twins import Worlds


@pytest.fixture
def worlds(
    cluster: Cluster,
    template: str,
    base_settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Worlds:
    return Worlds(cluster, template, base_settings, tmp_path, monkeypatch)
