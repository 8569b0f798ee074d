"""The `timebank` command as a person runs it: processes of its own, a data folder of their own."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import asyncpg
import httpx

from app.kit.cluster import cluster_of
from app.kit.embedded import lease, server_of
from app.kit.programs import pids, works_in
from app.store.migrate import DATABASE
from tests.e2e.forking import forked

CHECKOUT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "app.cli")
SECONDS_MAX = 120.0
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def environment(folder: Path, **variables: str) -> dict[str, str]:
    """Ours without what could reach another installation, or dress the output up."""
    dropped = re.compile("TIMEBANK_|PORT$|FORCE_COLOR|TTY_|COLUMNS")
    kept = {name: value for name, value in os.environ.items() if not dropped.match(name)}
    ours = {"TIMEBANK_ENVIRONMENT": "test", "TIMEBANK_DATA_FOLDER": str(folder)}
    return kept | ours | variables


def timebank(
    folder: Path, *words: str, stdin: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return forked(words, environment(folder, **variables), CHECKOUT, stdin, SECONDS_MAX)


def timebank_anew(
    folder: Path, *words: str, stdin: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end in a new interpreter."""
    return subprocess.run(
        [*COMMAND, *words],
        cwd=CHECKOUT,
        env=environment(folder, **variables),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """What was complained of: exactly one line, and nothing beside it."""
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("timebank: ")
    return line.removeprefix("timebank: ")


class Running:
    """A command that goes on until a signal stops it."""

    def __init__(self, process: subprocess.Popen[bytes], output: IO[str], errors: IO[str]) -> None:
        self.process = process
        self.output = output
        self.errors = errors

    def said(self) -> str:
        self.output.seek(0)
        return self.output.read()

    def complained(self) -> str:
        self.errors.seek(0)
        return self.errors.read()

    def wait_for(self, words: str) -> str:
        deadline = time.monotonic() + SECONDS_MAX
        while words not in self.said():
            assert self.process.poll() is None, self.said() + self.complained()
            assert time.monotonic() < deadline, self.said() + self.complained()
            time.sleep(0.05)
        return self.said()

    def url(self) -> str:
        found = re.search(r"Serving on (http://\S+)", self.wait_for("Serving on "))
        assert found is not None
        return found[1]

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(SECONDS_MAX)


@contextmanager
def running(
    folder: Path, *words: str, stdin: int = subprocess.DEVNULL, **variables: str
) -> Iterator[Running]:
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [*COMMAND, *words],
            cwd=CHECKOUT,
            env=environment(folder, **variables),
            stdin=stdin,
            stdout=output,
            stderr=errors,
            start_new_session=True,  # out of reach of our own terminal
        )
        try:
            yield Running(process, output, errors)
        finally:
            process.kill()
            process.wait(SECONDS_MAX)


@contextmanager
def new_folder() -> Iterator[Path]:
    """A data folder; its PostgreSQL is stopped in the end, even after kill -9 of its users."""
    with tempfile.TemporaryDirectory(prefix="tb-", ignore_cleanup_errors=True) as place:
        folder = Path(place).resolve() / "data"
        yield folder
        if postgres_lives(folder):
            with lease(folder):
                pass


def postgres_lives(folder: Path) -> bool:
    return any(works_in(cluster_of(folder), pid, if_hidden=False) for pid in pids())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def stranger(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=SECONDS_MAX, trust_env=False) as client:
        yield client


@contextmanager
def signed_in(url: str, email: str, password: str, bank: str) -> Iterator[httpx.Client]:
    form = {"grant_type": "password", "username": email, "password": password, "bank": bank}
    with stranger(url) as client:
        answer = client.post("/v1/token", data=form)
        assert answer.status_code == 200, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


def read(client: httpx.Client, path: str, **query: Any) -> Any:
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def as_superuser(folder: Path, statement: str) -> Any:
    """Run a statement past every privilege; gives the first value."""
    url = server_of(folder).url("postgres", DATABASE).replace("+asyncpg", "")
    connection = await asyncpg.connect(url, timeout=SECONDS_MAX)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()
