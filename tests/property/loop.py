"""An event loop of its own for a test that is not asynchronous itself, and how it plays."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

import httpx
from hypothesis import HealthCheck

from app.kit.ground import Ground
from app.kit.settings import Settings
from app.main import create_app
from tests.conftest import FakeClock

Result = TypeVar("Result")
QUICK: Final[dict[str, Any]] = {
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
}


class Loop:
    """The loop, and the application, its pool of connections and a client in it."""

    def __init__(self, settings: Settings) -> None:
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self.clock = FakeClock()
        self.app = create_app(settings, self.clock)
        self.ground: Ground = self.app.state.ground
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://timebank.test")

    def run(self, doing: Coroutine[Any, Any, Result]) -> Result:
        return self._runner.run(doing)

    def close(self) -> None:
        self.run(self.client.aclose())
        self.run(self.ground.database.close())
        self._runner.close()
