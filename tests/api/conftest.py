"""What several files of this folder need."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from tests.databases import Cluster


@pytest.fixture
async def superuser(cluster: Cluster, database: str) -> AsyncIterator[AsyncSession]:
    """A superuser's session: for tampering, in transactions that are rolled back."""
    url = make_url(cluster.superuser_url).set(database=database, drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    async with AsyncSession(engine) as session:
        yield session
    await engine.dispose()
