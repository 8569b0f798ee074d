"""What several files of this folder need: twin worlds, and a superuser's hands."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

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


@pytest.fixture
async def superuser(cluster: Cluster, database: str) -> AsyncIterator[AsyncSession]:
    """A superuser's session: for tampering, in transactions that are rolled back."""
    url = make_url(cluster.superuser_url).set(database=database, drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    async with AsyncSession(engine) as session:
        yield session
    await engine.dispose()
