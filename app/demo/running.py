"""The demo in one process: the server, the worker, and the story played through the server."""

import asyncio
import socket

from fastapi import FastAPI
from rich.console import Console

from app import worker
from app.demo import story, summary
from app.demo.client import connect
from app.demo.founding import found_demo
from app.demo.telling import Progress
from app.kit.stopping import Stop
from app.web.listening import url_of
from app.web.server import Server, configured


async def run(app: FastAPI, listening: socket.socket, console: Console) -> None:
    """Serve on a claimed port until a signal comes; play the story, unless it was played.

    Raises:
        StoryBroken: when the story cannot go on; what was done stays done.
        SystemExit: after a signal, when everything is closed.
    """
    ground, stop = app.state.ground, Stop()
    await found_demo(ground, app.state.identity)
    server = Server(configured(app))
    stop.listen(again=server.force)
    parts = [
        asyncio.create_task(server.serve(sockets=[listening])),
        asyncio.create_task(worker.run(ground.settings, stop.asked)),
        asyncio.create_task(_tell(url_of(listening), console)),
    ]
    for part in parts:
        part.add_done_callback(lambda done: _stop_unless_told(done, parts[-1], stop))
    await stop.asked.wait()
    parts[-1].cancel()
    server.should_exit = True
    for outcome in await asyncio.gather(*parts, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome
    stop.leave()


def _stop_unless_told(done: asyncio.Task[None], telling: asyncio.Task[None], stop: Stop) -> None:
    """Only the story may end while the others go on."""
    went_well = not done.cancelled() and done.exception() is None
    if done is not telling or not went_well:
        stop.asked.set()


async def _tell(url: str, console: Console) -> None:
    async with connect(url) as client:
        console.print(f"Serving on {url}")
        if await story.was_played(client):
            console.print("The story was played before.")
            proof = await summary.read_proof(client)
        else:
            console.print("The story begins, through the HTTP API:")
            stage = await story.tell(client, Progress(console))
            proof = await summary.read_proof(client)
            summary.show_story(console, await summary.count(stage), proof)
    summary.show_balances(console, proof)
    summary.show_signs(console, url)
