import base64
import errno
import secrets
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from app.banks.rules import SlugTaken
from app.cli.faults import explain
from app.cli.refusals import Refused
from app.kit.errors import Busy
from app.kit.secrets import DemoSecrets
from app.kit.stopping import EXIT_BY_SIGNAL
from tests.e2e.commands import CONTROL, one_line, timebank

SWALLOWING = """
import os, signal
from app.cli import program

@program.program.command()
def swallow() -> None:
    try:  # as pydantic does while it builds a schema
        os.kill(os.getpid(), signal.SIGTERM)
    except SystemExit as error:
        raise ValueError("an error of its own") from error

program.main()
"""

SECRET = "sekret-of-the-owner"
AWAY = f"postgresql://timebank_app:{SECRET}@127.0.0.1:1/timebank"


def production(folder: Path, url: str = AWAY) -> dict[str, str]:
    made = DemoSecrets.kept_in(folder)
    return {
        "TIMEBANK_ENVIRONMENT": "production",
        "TIMEBANK_DATABASE_URL": url,
        "TIMEBANK_OWNER_DATABASE_URL": url,
        "TIMEBANK_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "TIMEBANK_KEYSTORE_FOLDER": str(folder / "keys"),
        "TIMEBANK_TOKEN_KEY": made.token_key,
        "TIMEBANK_SEAL_KEY": made.seal_key,
    }


@pytest.mark.parametrize(
    "words",
    [
        *("serve", "demo", "worker", "db upgrade", "db downgrade", "db status"),
        *("bank create", "staff create", "ledger verify"),
    ],
)
def test_the_help_of_every_command_teaches_with_an_example(empty_folder: Path, words: str) -> None:
    done = timebank(empty_folder, *words.split(), "--help")
    assert done.returncode == 0
    assert f"Usage: timebank {words}" in done.stdout
    assert "Example" in done.stdout
    assert f"timebank {words}" in done.stdout.partition("Example")[2]
    assert CONTROL.search(done.stdout) is None
    assert not empty_folder.exists(), "help needs nothing"


def test_the_help_names_every_command_and_every_exit_code(empty_folder: Path) -> None:
    done = timebank(empty_folder, "--help")
    assert done.returncode == 0
    for word in ("serve", "demo", "worker", "db", "bank", "staff", "ledger", "Exit codes"):
        assert word in done.stdout


@pytest.mark.parametrize("words", ["", "db", "bank", "staff", "ledger"])
def test_without_a_command_the_help_is_shown_and_nothing_is_done(
    empty_folder: Path, words: str
) -> None:
    done = timebank(empty_folder, *words.split())
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
def test_a_wrong_word_is_one_line_that_names_it(empty_folder: Path, words: str, named: str) -> None:
    done = timebank(empty_folder, *words.split())
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
    empty_folder: Path, name: str, value: str
) -> None:
    done = timebank(empty_folder, "serve", "--port", "0", **{name: value})
    assert done.returncode == 2
    line = one_line(done)
    assert name in line
    assert SECRET not in line


def test_production_is_refused_without_its_secrets(empty_folder: Path) -> None:
    done = timebank(empty_folder, "serve", TIMEBANK_ENVIRONMENT="production")
    assert done.returncode == 2
    assert "TIMEBANK_MASTER_KEY" in one_line(done)


def test_the_demo_refuses_production(empty_folder: Path) -> None:
    done = timebank(empty_folder, "demo", "--port", "0", **production(empty_folder))
    assert done.returncode == 1
    assert "production" in one_line(done)


def test_production_data_is_not_taken_back_without_a_yes(empty_folder: Path) -> None:
    done = timebank(empty_folder, "db", "downgrade", "base", **production(empty_folder))
    assert done.returncode == 1
    assert "--yes" in one_line(done)
    meant = timebank(empty_folder, "db", "downgrade", "base", "--yes", **production(empty_folder))
    assert meant.returncode == 2, "it went on, and found no database"


@pytest.mark.parametrize("words", ["db status", "db upgrade", "ledger verify", "serve --port 0"])
def test_a_database_that_is_away_is_one_line_without_its_password(
    empty_folder: Path, words: str
) -> None:
    variables = {"TIMEBANK_DATABASE_URL": AWAY, "TIMEBANK_OWNER_DATABASE_URL": AWAY}
    done = timebank(empty_folder, *words.split(), **variables)
    assert done.returncode == 2
    line = one_line(done)
    assert "TIMEBANK_DATABASE_URL" in line
    assert SECRET not in line


def test_a_data_folder_that_cannot_be_made_is_one_line(empty_folder: Path) -> None:
    empty_folder.write_text("a file where the folder should be")
    done = timebank(empty_folder, "db", "status")
    assert done.returncode == 2
    assert str(empty_folder) in one_line(done)


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
        (OSError(errno.ENOSPC, "No space left on device"), 2, "cannot be written (No space"),
        (KeyError(SECRET), 2, "a fault of ours (KeyError"),
        (Busy(), 2, "try again in a moment"),
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


def test_what_takes_the_signal_for_an_error_of_its_own_still_leaves_by_it() -> None:
    command = [sys.executable, "-c", SWALLOWING, "swallow"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=30)
    assert (done.returncode, done.stderr) == (EXIT_BY_SIGNAL + signal.SIGTERM, b"")
