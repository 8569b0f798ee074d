"""Level (b), HTTP: the program as it is shipped, with its processes, and load from another one."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.costs import family, read, seconds_of, spent
from benchmarks.load import Plan, write_plan
from benchmarks.measuring import Figures, Tally
from benchmarks.place import Place

ROOT: Final = Path(__file__).resolve().parents[1]
PROGRAM: Final = ("app.cli", "serve")
ASKED: Final = ("benchmarks.asked",)
"""The program with reads that show what it costs to know who is asking; one process, any port."""
START_SECONDS_MAX: Final = 60.0
STOP_SECONDS_MAX: Final = 30.0
SLACK_SECONDS: Final = 60.0
_SERVING: Final = re.compile(rb"Serving on http://127\.0\.0\.1:([0-9]+)")
_READY: Final = b"Application startup complete"


class NotServing(Exception):
    """The server did not start; the message has its last words."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    pid: int
    port: int
    place: Place
    database: str


@contextmanager
def serving(
    place: Place, database: str, workers: int, program: Sequence[str] = PROGRAM
) -> Iterator[Server]:
    """`timebank serve`, or another program, over this database; it is stopped in the end.

    Its log is a file.
    """
    environment = os.environ | {
        "TIMEBANK_ENVIRONMENT": place.settings.environment.value,
        "TIMEBANK_DATA_FOLDER": str(place.settings.data_folder),
        "TIMEBANK_DATABASE_URL": place.application_url(database),
        "TIMEBANK_LOG_LEVEL": "INFO",
    }
    options = () if program == ASKED else ("--port=0", f"--workers={workers}")
    command = [sys.executable, "-m", *program, *options]
    path = place.folder / "server.log"
    with path.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            yield Server(process.pid, _port(process, path, workers), place, database)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(STOP_SECONDS_MAX)


async def measure(server: Server, plan: Plan) -> Figures:
    """Play a plan from another process; gives its figures.

    Raises:
        RuntimeError: when the client failed.
    """
    path = server.place.folder / "plan.json"
    write_plan(path, replace(plan, port=server.port))
    before = await read(server.place, server.database, checkpoint=True)
    python_before = _python_seconds(server)
    said = await asyncio.to_thread(_play, path, plan)
    tally = Tally(**said["tally"])
    figures = tally.figures() | await spent(server.place, before, tally.accepted_in_all)
    each = 1e6 / max(1, tally.accepted_in_all)
    figures["python_cpu_us"] = (_python_seconds(server) - python_before) * each
    figures["client_cpu_us"] = said["cpu_seconds"] * each
    if said["example"]:
        print(f"not accepted: {said['statuses']}, first: {said['example']}", file=sys.stderr)
    return figures


def _play(path: Path, plan: Plan) -> dict[str, Any]:
    seen = path.with_suffix(".seen")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", path, seen],
        cwd=ROOT,
        capture_output=True,
        timeout=plan.warm + plan.seconds + SLACK_SECONDS,
        check=False,
        text=True,
    )
    path.unlink()
    if done.returncode != 0:
        raise RuntimeError(f"the client failed: {done.stderr.strip()[-500:]}")
    said: dict[str, Any] = json.loads(seen.read_text())
    seen.unlink()
    return said


def _port(process: "subprocess.Popen[bytes]", log: Path, workers: int) -> int:
    """The port, once every process of the server is ready."""
    until = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < until and process.poll() is None:
        said = log.read_bytes()
        found = _SERVING.search(said)
        if found and said.count(_READY) >= workers:
            return int(found[1])
        time.sleep(0.02)
    raise NotServing(log.read_text(errors="replace")[-500:])


def _python_seconds(server: Server) -> float:
    return sum(seconds_of(pid) for pid in family(server.pid))
