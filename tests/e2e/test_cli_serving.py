import asyncio
import json
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Final

import httpx
import pytest
from uvicorn.config import STARTUP_FAILURE

from app.cli.refusals import CouldNotRun
from app.cli.serving import started
from app.web.listening import CannotListen, listen, url_of
from tests.e2e.commands import (
    CHECKOUT,
    COMMAND,
    SECONDS_MAX,
    as_superuser,
    environment,
    free_port,
    one_line,
    postgres_lives,
    read,
    running,
    stranger,
    timebank,
)


def test_a_taken_port_is_told_before_anything_is_started(empty_folder: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        for command in ("serve", "demo"):
            done = timebank(empty_folder, command, PORT=str(port))
            assert done.returncode == 2
            line = one_line(done)
            assert f"port {port} " in line
            assert f"PORT={port + 1} make run" in line
    assert not (empty_folder / "postgres").exists()


def test_of_two_that_start_on_one_port_one_is_told(bank_folder: Path) -> None:
    port = str(free_port())
    with running(bank_folder, "serve", "--port", port) as server:
        server.wait_for("Serving on")
        assert f"port {port} " in one_line(timebank(bank_folder, "serve", "--port", port))
        server.stop()


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGTERM,
        pytest.param(signal.SIGINT, marks=pytest.mark.deep),  # as the demo is stopped, always
        pytest.param(signal.SIGHUP, marks=pytest.mark.deep),
    ],
)
def test_a_signal_stops_the_server_and_its_database(used_folder: Path, number: int) -> None:
    with running(used_folder, "serve", "--port", "0") as server, stranger(server.url()) as client:
        assert read(client, "/readyz") == {"status": "ok"}
        assert postgres_lives(used_folder)
        assert server.stop(number) == 128 + number
        assert "Traceback" not in server.complained()
    assert not postgres_lives(used_folder)


def test_a_signal_during_the_start_leaves_no_database_behind(empty_folder: Path) -> None:
    with running(empty_folder, "serve", "--port", "0") as server:
        deadline = time.monotonic() + SECONDS_MAX
        while not postgres_lives(empty_folder):
            assert server.process.poll() is None, server.complained()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert server.stop() == 128 + signal.SIGTERM
        assert "Traceback" not in server.complained()
    assert not postgres_lives(empty_folder)


NO_HTTP: Final = (
    b"FOO /v1/bank HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /v1/bank HTTP/1.1\r\nHost: a\r\nIdempotency-Key: \x01\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
)


def test_what_is_no_http_gets_a_problem_and_asked_twice_to_stop_it_leaves_quietly(
    used_folder: Path,
) -> None:
    with running(used_folder, "serve", "--port", "0") as server:
        host = httpx.URL(server.url())
        for request in NO_HTTP:
            with socket.create_connection((host.host, host.port or 0), SECONDS_MAX) as connection:
                connection.sendall(request)
                head, _, body = b"".join(iter(lambda: connection.recv(4096), b"")).partition(
                    b"\r\n\r\n"
                )
            assert head.startswith(b"HTTP/1.1 400 "), head
            assert b"content-type: application/problem+json" in head
            assert json.loads(body)["type"] == "/problems/not-http"
        with socket.create_connection((host.host, host.port or 0), SECONDS_MAX) as waiting:
            waiting.sendall(b"POST /v1/token HTTP/1.1\r\nContent-Length: 9\r\nHost: a\r\n\r\n")
            server.process.send_signal(signal.SIGINT)
            time.sleep(0.3)
            assert server.stop(signal.SIGINT) == 128 + signal.SIGINT
        assert "Traceback" not in server.complained()
    assert not postgres_lives(used_folder)


def test_the_last_one_out_stops_the_database(used_folder: Path) -> None:
    with running(used_folder, "serve", "--port", "0") as first:
        first.url()
        with running(used_folder, "serve", "--port", "0") as second:
            second.url()
            assert first.stop() == 128 + signal.SIGTERM
            assert postgres_lives(used_folder)
            assert timebank(used_folder, "db", "status").returncode == 0
            assert postgres_lives(used_folder)
            assert second.stop() == 128 + signal.SIGTERM
    assert not postgres_lives(used_folder)


def test_several_processes_serve_one_port_count_together_and_outlive_nobody(
    bank_folder: Path,
) -> None:
    with running(bank_folder, "serve", "--port", "0", "--workers", "2") as server:
        url = server.url()
        asked = 20
        counted = answered_and_counted(url, asked)
        assert counted == asked
        assert "Traceback" not in server.complained()
        server.process.kill()
        deadline = time.monotonic() + SECONDS_MAX
        while is_taken(httpx.URL(url).port):
            assert time.monotonic() < deadline, "its processes go on without it"
            time.sleep(0.1)


def is_taken(port: int | None) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port or 0)) == 0


def answered_and_counted(url: str, asked: int) -> int:
    for _ in range(asked):  # each over a new connection, so that both processes get some
        with stranger(url) as client:
            assert read(client, "/healthz") == {"status": "ok"}
    with stranger(url) as client:
        lines = client.get("/metrics").text.splitlines()
    (line,) = (one for one in lines if "requests_total{" in one and "get_health" in one)
    return int(float(line.rpartition(" ")[2]))


async def test_the_worker_works_until_it_is_told_to_stop(bank_folder: Path) -> None:
    with running(bank_folder, "worker") as worker:
        deadline = time.monotonic() + SECONDS_MAX
        while not await has_a_worker(bank_folder):
            assert worker.process.poll() is None, worker.complained()
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        assert worker.stop() == 128 + signal.SIGTERM
        assert "Traceback" not in worker.complained()


async def has_a_worker(folder: Path) -> bool:
    asked = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'timebank_worker'"
    return bool(await as_superuser(folder, asked))


def test_a_reset_waits_for_those_who_use_the_data_and_leaves_what_is_not_ours(
    empty_folder: Path,
) -> None:
    command = (COMMAND[0], "-m", "app.cli.reset")
    with running(empty_folder, "serve", "--port", "0") as server:
        server.url()
        refused = reset(command, empty_folder)
        assert refused.returncode == 2
        assert "in use" in refused.stderr
        server.process.kill()  # the database is left behind
        server.process.wait(SECONDS_MAX)
    assert postgres_lives(empty_folder)
    (empty_folder / "letter.txt").write_text("not ours")
    assert reset(command, empty_folder).returncode == 0
    assert not postgres_lives(empty_folder)
    assert [path.name for path in empty_folder.iterdir()] == ["letter.txt"]
    (empty_folder / "letter.txt").unlink()
    assert timebank(empty_folder, "db", "status").returncode == 1, "it begins anew"


def reset(command: tuple[str, ...], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=CHECKOUT,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )


def test_a_server_that_did_not_start_is_a_command_that_could_not_run() -> None:
    with pytest.raises(CouldNotRun, match="did not start"), started():
        raise SystemExit(STARTUP_FAILURE)
    with pytest.raises(SystemExit), started():
        raise SystemExit(128 + signal.SIGTERM)


def test_the_address_that_is_told_is_one_that_can_be_reached() -> None:
    with listen("0.0.0.0", 0) as everywhere:
        assert url_of(everywhere) == f"http://127.0.0.1:{everywhere.getsockname()[1]}"
    with pytest.raises(CannotListen, match="no address of this machine"):
        listen("192.0.2.1", 0)
