"""An installation as compose.yaml describes it, without containers.

The same files in the same places, the same commands with the same environment, and a PostgreSQL
of its own that listens on TCP and asks for passwords.
"""

import io
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from app.kit.programs import program, run, runner_in
from tests.container import copies, environment_of, image_environment, instructions, the
from tests.documents import blocks
from tests.processes import Running, ran, started
from tests.source import ROOT

READY_SECONDS_MAX: Final = 60
SUPERUSER: Final = "postgres"


@dataclass(frozen=True)
class Server:
    """A PostgreSQL on TCP."""

    port: int
    password: str

    def psql(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run psql as the superuser, as the image of PostgreSQL does with its first files."""
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", SUPERUSER, "-d", SUPERUSER)
        command = (str(program("psql")), "-v", "ON_ERROR_STOP=1", "-X", "-w", *where, *arguments)
        return ran(
            command, {"PATH": "/usr/bin:/bin", "PGPASSWORD": self.password, **variables}, ROOT
        )


@contextmanager
def listening_server(folder: Path, password: str) -> Iterator[Server]:
    """Start an empty PostgreSQL that asks everybody for a password."""
    folder.mkdir()
    runner = runner_in(folder)
    word = folder / "password"
    word.write_text(password)
    data = str(folder / "data")
    options = ("--auth=scram-sha-256", f"--pwfile={word}", "--no-sync", "--encoding=UTF8")
    initdb = (*runner.prefix, str(program("initdb")), "-D", data, "-U", SUPERUSER, *options)
    made = run(initdb, seconds_max=READY_SECONDS_MAX)
    assert made.returncode == 0, made.stdout
    port = _free_port()
    places = ("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=")
    command = (*runner.prefix, str(program("postgres")), "-D", data, "-p", str(port), *places)
    environ = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    with started(command, folder / "server", environ, folder) as running:
        _wait_for(port, running)
        yield Server(port, password)


def _wait_for(port: int, running: Running) -> None:
    ask = (program("pg_isready"), "-h", "127.0.0.1", "-p", str(port), "-q")
    deadline = time.monotonic() + READY_SECONDS_MAX
    while run(ask).returncode != 0:
        assert running.process.poll() is None, running.logged
        assert time.monotonic() < deadline, running.logged
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Installation:
    """The image's files in a folder, and the secrets that the README makes."""

    folder: Path
    server: Server
    secrets: dict[str, str]
    _count: Iterator[int] = field(default_factory=lambda: iter(range(1_000)))

    @classmethod
    def made(cls, folder: Path, server: Server, outside: dict[str, str]) -> "Installation":
        """Copy what the Dockerfile copies to where it does."""
        for source, target in copies():
            to = folder / target.removeprefix("/")
            to.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, to, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, to)
        (folder / "usr/local/bin/timebank").chmod(0o755)
        made = cls(folder, server, outside)
        for one in instructions("RUN"):
            if one.text.startswith("python "):  # the others are the system's and pip's
                assert made.run("api", one.text.split()).returncode == 0
        return made

    @property
    def workdir(self) -> Path:
        return self.folder / the("WORKDIR").text.removeprefix("/")

    def environment(self, service: str, **more: str | None) -> dict[str, str]:
        """What a process of this service finds in its environment; None leaves a name out."""
        python = str(Path(sys.executable).parent)
        inside = image_environment() | environment_of(service, self.secrets)
        here = {name: self._here(value) for name, value in inside.items()}
        here["PATH"] = f"{self.folder}/usr/local/bin:{python}:/usr/bin:/bin"
        return {name: value for name, value in (here | more).items() if value is not None}

    def _here(self, value: str) -> str:
        value = value.replace(the("WORKDIR").text, str(self.workdir))
        value = value.replace("/var/lib/timebank", f"{self.folder}/var/lib/timebank")
        return value.replace("@database/", f"@127.0.0.1:{self.server.port}/")

    def run(
        self, service: str, command: list[str], typed: str = "", /, **more: str | None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the environment of a service, to its end."""
        return ran(command, self.environment(service, **more), self.workdir, typed=typed)

    def start(
        self, service: str, command: list[str], **more: str | None
    ) -> AbstractContextManager[Running]:
        """Run a command in the environment of a service, beside the test."""
        logs = self.folder / f"log-{next(self._count)}"
        return started(command, logs, self.environment(service, **more), self.workdir)

    def files(self) -> set[Path]:
        """Everything in the image's own folder."""
        return set(self.workdir.rglob("*"))


def secrets_of_the_readme(folder: Path) -> dict[str, str]:
    """Follow the README's recipe for `.env`, and read the file as compose does."""
    (recipe,) = blocks("makes .env")
    made = ran(["bash", "-euc", recipe], {"PATH": "/usr/local/bin:/usr/bin:/bin"}, folder)
    assert made.returncode == 0, made.stderr
    file = folder / ".env"
    assert file.stat().st_mode & 0o077 == 0, "nobody else may read it"
    found = dotenv_values(stream=io.StringIO(file.read_text()))
    return {name: value for name, value in found.items() if value}
