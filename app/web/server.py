"""The HTTP server: uvicorn with our options, stopped in order by a signal."""

import asyncio
import multiprocessing
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn
from fastapi import FastAPI

from app.kit.stopping import Stop
from app.web.listening import BACKLOG_MAX
from app.web.parsing import Protocol

GRACEFUL_SECONDS_MAX: Final = 10
"""How long requests in progress may still take once the server is asked to stop."""


class Server(uvicorn.Server):
    """Uvicorn without its own signal handlers: who serves stops everything in order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    def force(self) -> None:
        """Stop without waiting for open connections."""
        self.force_exit = True


async def serve(app: FastAPI, listening: socket.socket) -> None:
    """Serve on a claimed port until a signal comes and requests in progress are answered.

    Raises:
        SystemExit: after a signal, when everything is closed; or when it could not start.
    """
    server, stop = Server(configured(app)), Stop()
    stop.listen(again=server.force)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    serving.add_done_callback(lambda _: stop.asked.set())
    await stop.asked.wait()
    server.should_exit = True
    await serving
    if server.force_exit:  # uvicorn leaves the application as it is then
        await server.lifespan.shutdown()
    stop.leave()


def leave_with_parent() -> None:
    """Stop in order when the process that started this one, as one of several, is killed.

    Or it would go on without anybody, and its port would be taken at the next start.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    loop, gone = asyncio.get_running_loop(), parent.sentinel

    def leave() -> None:
        loop.remove_reader(gone)
        os.kill(os.getpid(), signal.SIGTERM)

    loop.add_reader(gone, leave)


def loop_runner() -> asyncio.Runner:
    """A runner with the fastest event loop that is installed."""
    return asyncio.Runner(loop_factory=configured("").get_loop_factory())


def configured(app: FastAPI | Callable[..., Any] | str, **more: Any) -> uvicorn.Config:
    """Uvicorn's options, the same wherever this program serves."""
    return uvicorn.Config(
        app,
        http=Protocol,
        lifespan="on",
        log_config=None,  # app.kit.logs has arranged it
        access_log=False,
        proxy_headers=False,  # app.kit.addresses believes only the proxies that are named
        server_header=False,
        backlog=BACKLOG_MAX,
        timeout_graceful_shutdown=GRACEFUL_SECONDS_MAX,
        **more,
    )
