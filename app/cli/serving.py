"""What `timebank serve` and `timebank worker` do."""

import asyncio
import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from app import worker as jobs
from app.cli.means import ready
from app.cli.refusals import CouldNotRun
from app.kit.logs import configure_logs
from app.kit.metrics import MULTIPROCESS_FOLDER
from app.kit.settings import load_settings
from app.kit.stopping import EXIT_BY_SIGNAL, Stop
from app.main import create_app
from app.web import server
from app.web.listening import listen, url_of
from app.web.server import configured, loop_runner

NOT_STARTED: Final = "the server did not start: the log lines above say why"
_screen = Console(highlight=False, soft_wrap=True)


def serve(host: str, port: int, workers: int) -> None:
    """Serve until a signal comes."""
    settings = load_settings()
    app = create_app(settings)  # before anything slow: it may find that a key is no key
    with listen(host, port) as listening, ready(settings, always_migrate=True):
        _screen.print(f"Serving on {url_of(listening)}")
        if workers == 1:
            with started(), loop_runner() as runner:
                runner.run(server.serve(app, listening))
        else:
            _serve_in_processes(listening, workers)


def worker() -> None:
    """Do what waits in the queue until a signal comes."""
    settings = load_settings()
    configure_logs(settings.log_level)

    async def work() -> None:
        stop = Stop()
        stop.listen()
        await jobs.run(settings, stop.asked)
        stop.leave()

    with ready(settings):
        asyncio.run(work())


@contextmanager
def started() -> Iterator[None]:
    """Turn uvicorn's way of saying that it could not start into ours.

    Raises:
        CouldNotRun: when the server inside did not start.
    """
    try:
        yield
    except SystemExit as leaving:
        if leaving.code == STARTUP_FAILURE:
            raise CouldNotRun(NOT_STARTED) from None
        raise


class _Processes(Multiprocess):
    """Uvicorn's supervisor, which also remembers what stopped it."""

    by: int | None = None

    def handle_int(self) -> None:
        self.by = signal.SIGINT
        super().handle_int()

    def handle_term(self) -> None:
        self.by = signal.SIGTERM
        super().handle_term()


def _serve_in_processes(listening: socket.socket, workers: int) -> None:
    listening.set_inheritable(True)
    with tempfile.TemporaryDirectory(prefix="timebank-metrics-") as folder:
        # The children read it when they import the metrics, so it is set before they start.
        os.environ[MULTIPROCESS_FOLDER] = folder
        config = configured("app.main:create_app", factory=True, workers=workers)
        supervisor = _Processes(config, [listening])
        supervisor.run()
    if supervisor.by is None:
        raise CouldNotRun(NOT_STARTED)
    raise SystemExit(EXIT_BY_SIGNAL + supervisor.by)
