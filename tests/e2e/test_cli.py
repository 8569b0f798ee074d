import asyncio
import base64
import json
import os
import pty
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError
from uvicorn.config import STARTUP_FAILURE

from app.banks.rules import SlugTaken
from app.cli.faults import explain
from app.cli.refusals import CouldNotRun, Refused
from app.cli.serving import started
from app.kit.embedded import lease, server_of
from app.kit.errors import Busy
from app.kit.secrets import DemoSecrets
from app.store import migrate
from app.web.listening import CannotListen, listen, url_of
from tests.e2e.commands import (
    CHECKOUT,
    COMMAND,
    CONTROL,
    SECONDS_MAX,
    as_superuser,
    environment,
    free_port,
    new_folder,
    one_line,
    postgres_lives,
    read,
    running,
    signed_in,
    stranger,
    timebank,
)

PASSWORD = "three plain words"
SECRET = "sekret-of-the-owner"
AWAY = f"postgresql://timebank_app:{SECRET}@127.0.0.1:1/timebank"
PROMPT_SECONDS_MAX = 10.0


@pytest.fixture(scope="module")
def town() -> Iterator[Path]:
    """A data folder with a bank; its PostgreSQL stays up, so that commands are quick."""
    with new_folder() as folder, lease(folder):
        assert timebank(folder, "bank", "create", "town", "--name", "Town").returncode == 0
        yield folder


@pytest.fixture
def empty() -> Iterator[Path]:
    with new_folder() as folder:
        yield folder


def add_auditor(folder: Path, email: str, stdin: str) -> subprocess.CompletedProcess[str]:
    words = ("staff", "create", "--bank", "town", "--role", "auditor", "--email", email)
    return timebank(folder, *words, stdin=stdin)


def production(folder: Path, url: str = AWAY) -> dict[str, str]:
    made = DemoSecrets.kept_in(folder)
    return {
        "TIMEBANK_ENVIRONMENT": "production",
        "TIMEBANK_DATABASE_URL": url,
        "TIMEBANK_OWNER_DATABASE_URL": url,
        "TIMEBANK_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "TIMEBANK_TOKEN_KEY": made.token_key,
    }


@pytest.mark.parametrize(
    "words",
    [
        *("serve", "demo", "worker", "db upgrade", "db downgrade", "db status"),
        *("bank create", "staff create", "ledger verify"),
    ],
)
def test_the_help_of_every_command_teaches_with_an_example(empty: Path, words: str) -> None:
    done = timebank(empty, *words.split(), "--help")
    assert done.returncode == 0
    assert f"Usage: timebank {words}" in done.stdout
    assert "Example" in done.stdout
    assert f"timebank {words}" in done.stdout.partition("Example")[2]
    assert CONTROL.search(done.stdout) is None
    assert not empty.exists(), "help needs nothing"


def test_the_help_names_every_command_and_every_exit_code(empty: Path) -> None:
    done = timebank(empty, "--help")
    assert done.returncode == 0
    for word in ("serve", "demo", "worker", "db", "bank", "staff", "ledger", "Exit codes"):
        assert word in done.stdout


@pytest.mark.parametrize("words", ["", "db", "bank", "staff", "ledger"])
def test_without_a_command_the_help_is_shown_and_nothing_is_done(empty: Path, words: str) -> None:
    done = timebank(empty, *words.split())
    assert done.returncode == 2
    assert "Usage: timebank" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("nothing", "nothing"),
        ("serve --port 70000", "--port"),
        ("serve --workers 0", "--workers"),
        ("bank create town", "--name"),
        ("bank create Main-Street --name Main", "SLUG"),
        ("bank create town --name Town --language ?", "--language"),
        ("bank create town --name Town --preset none", "--preset"),
        ("staff create --bank town --role member --email a@example.org", "--role"),
        ("staff create --bank town --role admin --email nobody", "--email"),
        ("staff create --bank town --role admin --email a@example.org", "standard input"),
    ],
)
def test_a_wrong_word_is_one_line_that_names_it(empty: Path, words: str, named: str) -> None:
    done = timebank(empty, *words.split())
    assert done.returncode == 2
    assert named in one_line(done)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIMEBANK_ENVIRONMENT", "staging"),
        ("TIMEBANK_DATABASE_URL", f"mysql://root:{SECRET}@localhost/x"),
        ("TIMEBANK_MASTER_KEY", SECRET),
        ("TIMEBANK_TOKEN_KEY", SECRET),
        ("TIMEBANK_BODY_BYTES_MAX", "1"),
    ],
)
def test_bad_settings_are_one_line_that_names_them_and_no_secret(
    empty: Path, name: str, value: str
) -> None:
    done = timebank(empty, "serve", "--port", "0", **{name: value})
    assert done.returncode == 2
    line = one_line(done)
    assert name in line
    assert SECRET not in line


def test_production_is_refused_without_its_secrets(empty: Path) -> None:
    done = timebank(empty, "serve", TIMEBANK_ENVIRONMENT="production")
    assert done.returncode == 2
    assert "TIMEBANK_MASTER_KEY" in one_line(done)


def test_the_demo_refuses_production(empty: Path) -> None:
    done = timebank(empty, "demo", "--port", "0", **production(empty))
    assert done.returncode == 1
    assert "production" in one_line(done)


def test_production_data_is_not_taken_back_without_a_yes(empty: Path) -> None:
    done = timebank(empty, "db", "downgrade", "base", **production(empty))
    assert done.returncode == 1
    assert "--yes" in one_line(done)
    meant = timebank(empty, "db", "downgrade", "base", "--yes", **production(empty))
    assert meant.returncode == 2, "it went on, and found no database"


@pytest.mark.parametrize("words", ["db status", "db upgrade", "ledger verify", "serve --port 0"])
def test_a_database_that_is_away_is_one_line_without_its_password(empty: Path, words: str) -> None:
    variables = {"TIMEBANK_DATABASE_URL": AWAY, "TIMEBANK_OWNER_DATABASE_URL": AWAY}
    done = timebank(empty, *words.split(), **variables)
    assert done.returncode == 2
    line = one_line(done)
    assert "TIMEBANK_DATABASE_URL" in line
    assert SECRET not in line


def test_a_data_folder_that_cannot_be_made_is_one_line(empty: Path) -> None:
    empty.write_text("a file where the folder should be")
    done = timebank(empty, "db", "status")
    assert done.returncode == 2
    assert str(empty) in one_line(done)


def test_a_new_bank_can_be_signed_in_to_at_the_running_server(town: Path) -> None:
    with running(town, "serve", "--port", "0") as server:
        url = server.url()
        name = "Časovna banka"
        made = timebank(town, "bank", "create", "haven", "--name", name, "--preset", "sheltered")
        assert made.returncode == 0
        words = ("staff", "create", "--bank", "haven", "--role", "auditor")
        added = timebank(town, *words, "--email", "a@example.org", stdin=f"{PASSWORD}\nmore\n")
        assert added.returncode == 0
        assert PASSWORD not in added.stdout + added.stderr
        with signed_in(url, "a@example.org", PASSWORD, "haven") as auditor:
            assert read(auditor, "/v1/ledger/verification")["proved"]
            assert read(auditor, "/v1/bank", bank="haven")["name"] == name
        assert timebank(town, "ledger", "verify").returncode == 0
        assert server.stop() == 128 + signal.SIGTERM
        assert "Traceback" not in server.complained()


def test_a_slug_is_taken_once(town: Path) -> None:
    done = timebank(town, "bank", "create", "town", "--name", "Another")
    assert done.returncode == 1
    assert "town" in one_line(done)


def test_an_output_that_knows_no_umlauts_does_not_stop_a_command(town: Path) -> None:
    words = ("bank", "create", "cebelica", "--name", "Čebelica")
    assert timebank(town, *words, PYTHONIOENCODING="ascii").returncode == 0


def test_a_weak_password_makes_no_login(town: Path) -> None:
    done = add_auditor(town, "weak@example.org", "short\n")
    assert done.returncode == 1
    assert "too short" in one_line(done)
    assert add_auditor(town, "weak@example.org", PASSWORD).returncode == 0


def test_an_address_has_one_login_in_a_bank(town: Path) -> None:
    assert add_auditor(town, "twice@example.org", PASSWORD).returncode == 0
    done = add_auditor(town, " TWICE@example.org", "other plain words")
    assert done.returncode == 1
    assert "already" in one_line(done)


def test_staff_need_a_bank_that_is_there(town: Path) -> None:
    words = ("staff", "create", "--bank", "nowhere", "--role", "admin", "--email", "a@example.org")
    done = timebank(town, *words, stdin=PASSWORD)
    assert done.returncode == 1
    assert "nowhere" in one_line(done)


@pytest.mark.parametrize(("again", "code"), [(PASSWORD, 0), ("another one", 1)])
def test_at_a_terminal_the_password_is_asked_for_twice_and_never_shown(
    town: Path, again: str, code: int
) -> None:
    master, slave = pty.openpty()
    email = f"{secrets.token_hex(4)}@example.org"
    words = ("staff", "create", "--bank", "town", "--role", "admin", "--email", email)
    process = subprocess.Popen(
        [*COMMAND, *words],
        cwd=CHECKOUT,
        env=environment(town),
        stdin=slave,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # so that there is no other terminal to ask at
    )
    os.close(slave)
    assert process.stdout is not None
    assert process.stderr is not None
    for typed in (PASSWORD, again):
        wait_for_prompt(process.stderr.fileno())
        os.write(master, f"{typed}\n".encode())
    output, errors = process.communicate(timeout=SECONDS_MAX)
    assert process.returncode == code, errors
    shown = os.read(master, 4096) if has_more(master) else b""
    os.close(master)
    assert PASSWORD.encode() not in output + errors + shown


def wait_for_prompt(descriptor: int) -> None:
    said = b""
    while not said.endswith(b": "):
        chunk = os.read(descriptor, 4096)
        assert chunk, "it ended without asking"
        said += chunk


def has_more(descriptor: int) -> bool:
    os.set_blocking(descriptor, False)
    try:
        return bool(os.read(descriptor, 1))
    except OSError:
        return False
    finally:
        os.set_blocking(descriptor, True)


async def test_verify_tells_proved_from_findings_from_not_having_run(town: Path) -> None:
    assert timebank(town, "ledger", "verify", "--bank", "town").returncode == 0

    await as_superuser(town, "UPDATE account SET balance_minutes = 1 WHERE kind = 'fund'")
    found = timebank(town, "ledger", "verify")
    as_json = timebank(town, "ledger", "verify", "--bank", "town", "--json")
    await as_superuser(town, "UPDATE account SET balance_minutes = 0 WHERE kind = 'fund'")
    assert found.returncode == 1
    assert "town: V1" in found.stdout
    assert as_json.returncode == 1
    document = json.loads(as_json.stdout)
    (bank,) = document["banks"]
    assert (document["proved"], bank["proved"], bank["sum_minutes"]) == (False, False, 1)
    assert {finding["check"] for finding in bank["findings"]} == {"V1", "V3b"}

    absent = timebank(town, "ledger", "verify", "--bank", "nowhere")
    assert absent.returncode == 2
    assert "nowhere" in one_line(absent)


def test_verify_without_a_bank_does_not_say_that_all_is_well(empty: Path) -> None:
    done = timebank(empty, "ledger", "verify")
    assert done.returncode == 2
    assert "bank create" in one_line(done)


def test_a_taken_port_is_told_before_anything_is_started(empty: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        for command in ("serve", "demo"):
            done = timebank(empty, command, PORT=str(port))
            assert done.returncode == 2
            line = one_line(done)
            assert f"port {port} " in line
            assert f"PORT={port + 1} make run" in line
    assert not (empty / "postgres").exists()


def test_of_two_that_start_on_one_port_one_is_told(town: Path) -> None:
    port = str(free_port())
    with running(town, "serve", "--port", port) as server:
        server.wait_for("Serving on")
        assert f"port {port} " in one_line(timebank(town, "serve", "--port", port))
        server.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_the_server_and_its_database(empty: Path, number: int) -> None:
    with running(empty, "serve", "--port", "0") as server, stranger(server.url()) as client:
        assert read(client, "/readyz") == {"status": "ok"}
        assert postgres_lives(empty)
        assert server.stop(number) == 128 + number
        assert "Traceback" not in server.complained()
    assert not postgres_lives(empty)


def test_a_signal_during_the_start_leaves_no_database_behind(empty: Path) -> None:
    with running(empty, "serve", "--port", "0") as server:
        deadline = time.monotonic() + SECONDS_MAX
        while not postgres_lives(empty):
            assert server.process.poll() is None, server.complained()
            assert time.monotonic() < deadline
        assert server.stop() == 128 + signal.SIGTERM
        assert "Traceback" not in server.complained()
    assert not postgres_lives(empty)


def test_the_last_one_out_stops_the_database(empty: Path) -> None:
    with running(empty, "serve", "--port", "0") as first:
        first.url()
        with running(empty, "serve", "--port", "0") as second:
            second.url()
            assert first.stop() == 128 + signal.SIGTERM
            assert postgres_lives(empty)
            assert timebank(empty, "db", "status").returncode == 0
            assert postgres_lives(empty)
            assert second.stop() == 128 + signal.SIGTERM
    assert not postgres_lives(empty)


def test_several_processes_serve_one_port_and_count_together(town: Path) -> None:
    with running(town, "serve", "--port", "0", "--workers", "2") as server:
        url = server.url()
        asked = 20
        counted = answered_and_counted(url, asked)
        assert counted == asked
        assert server.stop() == 128 + signal.SIGTERM
        assert "Traceback" not in server.complained()


def answered_and_counted(url: str, asked: int) -> int:
    for _ in range(asked):  # each over a new connection, so that both processes get some
        with stranger(url) as client:
            assert read(client, "/healthz") == {"status": "ok"}
    with stranger(url) as client:
        lines = client.get("/metrics").text.splitlines()
    (line,) = (one for one in lines if "requests_total{" in one and "get_health" in one)
    return int(float(line.rpartition(" ")[2]))


async def test_a_named_database_is_migrated_only_when_asked(town: Path) -> None:
    urls = await migrate.prepare_embedded(server_of(town), "named")
    variables = {
        "TIMEBANK_DATABASE_URL": urls.application,
        "TIMEBANK_OWNER_DATABASE_URL": urls.owner,
    }
    for words in ("serve --port 0", "ledger verify", "worker"):
        refused = timebank(town, *words.split(), **variables)
        assert refused.returncode == 2
        assert "timebank db upgrade" in one_line(refused)
    assert timebank(town, "db", "status", **variables).returncode == 1
    for _ in range(2):
        assert timebank(town, "db", "upgrade", **variables).returncode == 0
    assert timebank(town, "db", "status", **variables).returncode == 0
    assert timebank(town, "db", "downgrade", "-1", **variables).returncode == 0
    assert timebank(town, "db", "status", **variables).returncode == 1
    lost = timebank(town, "db", "downgrade", "nowhere", **variables)
    assert lost.returncode == 2
    assert "nowhere" in one_line(lost)


def test_the_owner_must_be_named_to_migrate_a_named_database(empty: Path) -> None:
    done = timebank(empty, "db", "upgrade", TIMEBANK_DATABASE_URL=AWAY)
    assert done.returncode == 2
    assert "TIMEBANK_OWNER_DATABASE_URL" in one_line(done)


async def test_the_worker_works_until_it_is_told_to_stop(town: Path) -> None:
    with running(town, "worker") as worker:
        deadline = time.monotonic() + SECONDS_MAX
        while not await has_a_worker(town):
            assert worker.process.poll() is None, worker.complained()
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        assert worker.stop() == 128 + signal.SIGTERM
        assert "Traceback" not in worker.complained()


async def has_a_worker(folder: Path) -> bool:
    asked = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'timebank_worker'"
    return bool(await as_superuser(folder, asked))


def test_a_reset_waits_for_those_who_use_the_data_and_leaves_what_is_not_ours(empty: Path) -> None:
    command = (COMMAND[0], "-m", "app.cli.reset")
    with running(empty, "serve", "--port", "0") as server:
        server.url()
        refused = reset(command, empty)
        assert refused.returncode == 2
        assert "in use" in refused.stderr
        server.process.kill()  # the database is left behind
        server.process.wait(SECONDS_MAX)
    assert postgres_lives(empty)
    (empty / "letter.txt").write_text("not ours")
    assert reset(command, empty).returncode == 0
    assert not postgres_lives(empty)
    assert [path.name for path in empty.iterdir()] == ["letter.txt"]
    (empty / "letter.txt").unlink()
    assert timebank(empty, "db", "status").returncode == 1, "it begins anew"


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


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (asyncpg.InvalidPasswordError(SECRET), 2, "password in TIMEBANK_DATABASE_URL"),
        (asyncpg.InvalidCatalogNameError(SECRET), 2, "does not exist"),
        (asyncpg.InsufficientPrivilegeError(SECRET), 2, "two roles"),
        (asyncpg.TooManyConnectionsError(SECRET), 2, "in a moment"),
        (asyncpg.DiskFullError(SECRET), 2, "in a moment"),
        (asyncpg.DataCorruptedError(SECRET), 2, "SQLSTATE XX001"),
        (DBAPIError(SECRET, None, asyncpg.QueryCanceledError(SECRET)), 2, "took too long"),
        (TimeoutError(), 2, "cannot be reached"),
        (KeyError(SECRET), 2, "a fault of ours (KeyError"),
        (Busy(), 2, "Nothing was changed"),
        (SlugTaken(slug="town"), 1, "called town"),
        (ExceptionGroup("several", [Refused("no"), KeyError(SECRET)]), 1, "no"),
    ],
)
def test_whatever_goes_wrong_is_one_line_without_what_the_error_quotes(
    error: Exception, code: int, words: str
) -> None:
    line, exit_code = explain(error)
    assert exit_code == code
    assert words in line
    assert SECRET not in line
    assert "\n" not in line


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
