import json
import os
import pty
import secrets
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from app.kit.embedded import server_of
from app.store import migrate
from tests.e2e.commands import (
    SECONDS_MAX,
    Running,
    as_superuser,
    one_line,
    read,
    running,
    signed_in,
    timebank,
    timebank_anew,
)

PASSWORD = "three plain words"
AWAY = "postgresql://timebank_app@127.0.0.1:1/timebank"


def add_auditor(folder: Path, email: str, stdin: str) -> subprocess.CompletedProcess[str]:
    words = ("staff", "create", "--bank", "town", "--role", "auditor", "--email", email)
    return timebank(folder, *words, stdin=stdin)


def test_a_new_bank_can_be_signed_in_to_at_the_running_server(bank_folder: Path) -> None:
    with running(bank_folder, "serve", "--port", "0") as server:
        url = server.url()
        name = "Časovna banka"
        made = timebank(
            bank_folder, "bank", "create", "haven", "--name", name, "--preset", "sheltered"
        )
        assert made.returncode == 0
        words = ("staff", "create", "--bank", "haven", "--role", "auditor")
        added = timebank(
            bank_folder, *words, "--email", "a@example.org", stdin=f"{PASSWORD}\nmore\n"
        )
        assert added.returncode == 0
        assert PASSWORD not in added.stdout + added.stderr
        with signed_in(url, "a@example.org", PASSWORD, "haven") as auditor:
            assert read(auditor, "/v1/ledger/verification")["proved"]
            assert read(auditor, "/v1/bank", bank="haven")["name"] == name
        assert timebank(bank_folder, "ledger", "verify").returncode == 0
        assert server.stop() == 128 + signal.SIGTERM
        assert "Traceback" not in server.complained()


def test_a_slug_is_taken_once(bank_folder: Path) -> None:
    done = timebank(bank_folder, "bank", "create", "town", "--name", "Another")
    assert done.returncode == 1
    assert "town" in one_line(done)


def test_an_output_that_knows_no_umlauts_does_not_stop_a_command(bank_folder: Path) -> None:
    words = ("bank", "create", "cebelica", "--name", "Čebelica")
    assert timebank_anew(bank_folder, *words, PYTHONIOENCODING="ascii").returncode == 0


def test_a_weak_password_makes_no_login(bank_folder: Path) -> None:
    done = add_auditor(bank_folder, "weak@example.org", "short\n")
    assert done.returncode == 1
    assert "too short" in one_line(done)
    assert add_auditor(bank_folder, "weak@example.org", PASSWORD).returncode == 0


def test_an_address_has_one_login_in_a_bank(bank_folder: Path) -> None:
    assert add_auditor(bank_folder, "twice@example.org", PASSWORD).returncode == 0
    done = add_auditor(bank_folder, " TWICE@example.org", "other plain words")
    assert done.returncode == 1
    assert "already" in one_line(done)


def test_staff_are_listed_get_other_roles_are_signed_out_and_removed(bank_folder: Path) -> None:
    email = "gone@example.org"
    assert add_auditor(bank_folder, email, PASSWORD).returncode == 0
    of_them = ("--bank", "town", "--email", email)
    for words, said in (
        (("staff", "list", "--bank", "town"), email),
        (("staff", "role", *of_them, "--role", "admin", "--role", "auditor"), "admin, auditor"),
        (("staff", "sign-out", *of_them), "signed out"),
        (("staff", "remove", *of_them), "no longer staff"),
        (("staff", "list", "--bank", "town"), "removed"),
    ):
        done = timebank(bank_folder, *words)
        assert (done.returncode, done.stderr) == (0, "")
        assert said in done.stdout
    again = timebank(bank_folder, "staff", "remove", *of_them)
    assert again.returncode == 1
    assert "timebank staff list" in one_line(again)
    wrong = timebank(bank_folder, "staff", "role", *of_them, "--role", "king")
    assert wrong.returncode == 2
    assert "--role takes one of" in one_line(wrong)
    assert timebank(bank_folder, "staff", "list", "--bank", "nowhere").returncode == 2


def test_staff_need_a_bank_that_is_there(bank_folder: Path) -> None:
    words = ("staff", "create", "--bank", "nowhere", "--role", "admin", "--email", "a@example.org")
    done = timebank(bank_folder, *words, stdin=PASSWORD)
    assert done.returncode == 1
    assert "nowhere" in one_line(done)


@pytest.mark.parametrize(("again", "code"), [(PASSWORD, 0), ("another one", 1)])
def test_at_a_terminal_the_password_is_asked_for_twice_and_never_shown(
    bank_folder: Path, again: str, code: int
) -> None:
    email = f"{secrets.token_hex(4)}@example.org"
    words = ("staff", "create", "--bank", "town", "--role", "admin", "--email", email)
    keyboard, terminal = pty.openpty()
    with running(bank_folder, *words, stdin=terminal) as asking:
        os.close(terminal)
        for count, typed in enumerate((PASSWORD, again), start=1):
            wait_for_prompt(asking, count)
            os.write(keyboard, f"{typed}\n".encode())
        assert asking.process.wait(SECONDS_MAX) == code, asking.complained()
        assert PASSWORD not in shown_at(keyboard) + asking.said() + asking.complained()


def wait_for_prompt(asking: Running, count: int) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while asking.complained().count(": ") < count:
        assert asking.process.poll() is None, asking.complained()
        assert time.monotonic() < deadline, "it never asked"
        time.sleep(0.02)


def shown_at(keyboard: int) -> str:
    """What the terminal has shown of what was typed; closes it."""
    os.set_blocking(keyboard, False)
    with open(keyboard, "rb", buffering=0) as screen, suppress(OSError):
        return (screen.read(10_000) or b"").decode()
    return ""


async def test_verify_tells_proved_from_findings_from_not_having_run(bank_folder: Path) -> None:
    assert timebank(bank_folder, "ledger", "verify", "--bank", "town").returncode == 0

    await as_superuser(bank_folder, "UPDATE account SET balance_minutes = 1 WHERE kind = 'fund'")
    found = timebank(bank_folder, "ledger", "verify")
    as_json = timebank(bank_folder, "ledger", "verify", "--bank", "town", "--json")
    await as_superuser(bank_folder, "UPDATE account SET balance_minutes = 0 WHERE kind = 'fund'")
    assert found.returncode == 1
    assert "town: V1" in found.stdout
    assert as_json.returncode == 1
    document = json.loads(as_json.stdout)
    (bank,) = document["banks"]
    assert (document["proved"], bank["proved"], bank["sum_minutes"]) == (False, False, 1)
    assert {finding["check"] for finding in bank["findings"]} == {"V1", "V3b"}

    absent = timebank(bank_folder, "ledger", "verify", "--bank", "nowhere")
    assert absent.returncode == 2
    assert "nowhere" in one_line(absent)


def test_verify_without_a_bank_does_not_say_that_all_is_well(empty_folder: Path) -> None:
    done = timebank(empty_folder, "ledger", "verify")
    assert done.returncode == 2
    assert "bank create" in one_line(done)


async def test_a_named_database_is_migrated_only_when_asked(bank_folder: Path) -> None:
    urls = await migrate.prepare_embedded(server_of(bank_folder), "named")
    variables = {
        "TIMEBANK_DATABASE_URL": urls.application,
        "TIMEBANK_OWNER_DATABASE_URL": urls.owner,
    }
    for words in ("serve --port 0", "ledger verify", "worker"):
        refused = timebank(bank_folder, *words.split(), **variables)
        assert refused.returncode == 2
        assert "timebank db upgrade" in one_line(refused)
    assert timebank(bank_folder, "db", "status", **variables).returncode == 1
    for _ in range(2):
        assert timebank(bank_folder, "db", "upgrade", **variables).returncode == 0
    assert timebank(bank_folder, "db", "status", **variables).returncode == 0
    assert timebank(bank_folder, "db", "downgrade", "-1", **variables).returncode == 0
    assert timebank(bank_folder, "db", "status", **variables).returncode == 1
    lost = timebank(bank_folder, "db", "downgrade", "nowhere", **variables)
    assert lost.returncode == 2
    assert "nowhere" in one_line(lost)


def test_the_owner_must_be_named_to_migrate_a_named_database(empty_folder: Path) -> None:
    done = timebank(empty_folder, "db", "upgrade", TIMEBANK_DATABASE_URL=AWAY)
    assert done.returncode == 2
    assert "TIMEBANK_OWNER_DATABASE_URL" in one_line(done)
