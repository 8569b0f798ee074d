"""Users of the embedded PostgreSQL, and what happens to it, for its tests."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from app.kit import embedded
from app.kit.cluster import cluster_of
from app.kit.embedded import Server
from app.kit.programs import pids, program, run, works_in

USER = Path(__file__).parent / "kit" / "embedded_user.py"
CHECKOUT = Path(__file__).parents[1]
SECONDS_MAX = 30.0
LONG = "/".join("very-long-" * 9 for _ in range(2))
CAN_CHOWN = os.geteuid() == 0

UserProcess = subprocess.Popen[str]
lease = partial(embedded.lease, start_seconds_max=SECONDS_MAX)


@contextmanager
def new_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="tb-", ignore_cleanup_errors=True) as place:
        data = Path(place).resolve() / "data"
        yield data
        for cluster in data.rglob("postgres"):
            kill_postgres(cluster.parent)


@contextmanager
def user_of(folder: Path, **variables: str) -> Iterator[UserProcess]:
    process = subprocess.Popen(
        [sys.executable, USER, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), **variables},
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def is_up(user: UserProcess) -> bool:
    assert user.stdout is not None
    return user.stdout.readline() == "up\n"


def leave(user: UserProcess) -> tuple[int, str]:
    _, errors = user.communicate(timeout=SECONDS_MAX)
    return user.returncode, errors


def sql(server: Server, statement: str) -> str:
    where = ("-h", server.socket_folder, "-U", "postgres", "-d", "postgres")
    done = run((program("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", *where, "-c", statement))
    assert done.returncode == 0, done.stdout
    return done.stdout.strip()


def postgres_processes(folder: Path) -> list[int]:
    return [pid for pid in pids() if works_in(cluster_of(folder), pid, if_hidden=False)]


def kill_postgres(folder: Path) -> None:
    for pid in postgres_processes(folder):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not postgres_processes(folder))


def postmaster(folder: Path) -> int:
    return int((cluster_of(folder) / "postmaster.pid").read_text().split()[0])


def wait_until(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)


def assert_stopped_cleanly(folder: Path) -> None:
    assert not postgres_processes(folder)
    state = run((program("pg_controldata"), "-D", cluster_of(folder))).stdout
    assert "Database cluster state:               shut down\n" in state
    last_lines = [log.read_text().splitlines()[-1] for log in cluster_of(folder).glob("log/*.log")]
    assert any("database system is shut down" in line for line in last_lines)
