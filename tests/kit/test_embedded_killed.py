import fcntl
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from app.kit import embedded, programs
from app.kit.cluster import cluster_of
from app.kit.embedded import server_of
from app.kit.programs import pids, program
from tests.embedding import (
    assert_stopped_cleanly,
    is_up,
    kill_postgres,
    lease,
    postgres_processes,
    postmaster,
    sql,
    user_of,
    wait_until,
)


def test_a_killed_server_recovers_with_every_committed_row(folder: Path) -> None:
    with user_of(folder) as user:
        assert is_up(user)
        sql(server_of(folder), "create table kept as select generate_series(1, 1000) as row")
        kill_postgres(folder)
        user.kill()
    with lease(folder) as server:
        assert sql(server, "select count(*) from kept") == "1000"
    assert_stopped_cleanly(folder)


def test_a_server_killed_under_its_users_comes_back_with_the_next_user(folder: Path) -> None:
    with lease(folder):
        kill_postgres(folder)
        with lease(folder) as server:
            assert sql(server, "select 1") == "1"
        assert sql(server, "select 1") == "1"
    assert_stopped_cleanly(folder)


def only_the_lock(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "PROCESSES", folder / "no /proc on macOS")


def only_the_process_list(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "server.lock").unlink()  # as where locks are not inherited


@contextmanager
def working_backend(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """It works on for a second and, never waiting, does not see that its postmaster died."""
    where = ("-h", server_of(folder).socket_folder, "-U", "postgres")
    work = "select count(*) from generate_series(1, 8000000)"
    active = f"select count(*) from pg_stat_activity where query = '{work}'"
    command = (program("psql"), *where, "-c", work)
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as client:
        wait_until(lambda: sql(server_of(folder), active) == "1")
        yield client


@pytest.mark.parametrize("evidence", [only_the_lock, only_the_process_list])
def test_a_start_waits_until_the_rest_of_a_killed_server_is_gone(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    evidence: Callable[[Path, pytest.MonkeyPatch], None],
) -> None:
    with user_of(folder) as user:
        assert is_up(user)
        with working_backend(folder):
            os.kill(postmaster(folder), signal.SIGKILL)
            user.kill()
            rest = postgres_processes(folder)
            assert rest
            with monkeypatch.context() as patch:
                evidence(folder, patch)
                with lease(folder) as server:
                    patch.undo()
                    assert not set(rest) & set(postgres_processes(folder))
                    assert sql(server, "select 1") == "1"
    assert_stopped_cleanly(folder)


def test_a_pid_file_that_names_a_living_stranger_does_not_count_as_up(folder: Path) -> None:
    with lease(folder):
        pass
    with subprocess.Popen(["sleep", "60"]) as stranger:
        claim = f"{stranger.pid}\n{cluster_of(folder)}\n1700000000\n5432\n../socket\n\n\nready   \n"
        (cluster_of(folder) / "postmaster.pid").write_text(claim)
        (folder / "socket" / ".s.PGSQL.5432.lock").write_text(claim)
        with lease(folder) as server:
            assert sql(server, "select 1") == "1"
        assert_stopped_cleanly(folder)
        assert stranger.poll() is None
        stranger.kill()


def test_a_stranger_with_the_pid_of_a_killed_server_is_not_stopped(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "PID_SECONDS_MAX", 0.2)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        held = lease(folder)
        held.__enter__()
        kill_postgres(folder)
        (cluster_of(folder) / "postmaster.pid").write_text(f"{stranger.pid}\n")
        with (folder / "server.lock").open() as rest_of_the_server:
            fcntl.flock(rest_of_the_server, fcntl.LOCK_EX)
            held.__exit__(None, None, None)
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize("initdb_too", [False, True])
def test_a_killed_initdb_leaves_nothing_to_repair(empty: Path, initdb_too: bool) -> None:
    with user_of(empty) as user:
        wait_until(lambda: any(empty.glob("initdb-*/global")))
        user.kill()
    for pid in pids() if initdb_too else ():
        with suppress(OSError):
            if f"{empty}/initdb-".encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
    with lease(empty) as server:
        assert sql(server, "select 1") == "1"
        assert not list(empty.glob("initdb-*"))
    assert_stopped_cleanly(empty)
