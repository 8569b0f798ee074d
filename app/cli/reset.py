"""`make reset`: stop the embedded database and delete its data and the demo's keys."""

import fcntl
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import typer

from app.cli.faults import complain, explain
from app.cli.refusals import CouldNotRun, Refused
from app.kit.embedded import EmbeddedUnavailable, lease
from app.kit.settings import load_settings

OURS: Final = (
    "postgres",
    "socket",
    "initdb-*",
    "*.lock",
    "start.log",
    "demo-keys.json",
    "keystore",
)
"""Only these are deleted: the folder that was named may hold other things."""


def reset(folder: Path) -> None:
    """Delete what this program keeps in the data folder.

    Raises:
        CouldNotRun: while something uses it.
    """
    if _is_held(folder / "server.lock") and not _is_held(folder / "users.lock"):
        with suppress(EmbeddedUnavailable), lease(folder):  # left behind; the last one out stops it
            pass
    if any(_is_held(folder / f"{name}.lock") for name in ("users", "server")):
        raise CouldNotRun(f"{folder} is in use: stop the server (Ctrl-C), then try again")
    for found in [path for name in OURS for path in folder.glob(name)]:
        if found.is_dir() and not found.is_symlink():
            shutil.rmtree(found)
        else:
            found.unlink()
    with suppress(OSError):
        folder.rmdir()


def main() -> None:
    """Ask at a terminal, then delete."""
    try:
        _ask_and_reset()
    except Exception as error:  # noqa: BLE001 an operator gets one line, whatever it is
        line, code = explain(error)
        complain(line)
        sys.exit(code)


def _ask_and_reset() -> None:
    settings = load_settings()
    if not settings.is_demo:
        raise Refused("there is nothing to reset in production")
    place = settings.data_folder.resolve()
    sys.stdout.write(f"Deleting the embedded database and the demo's keys in {place}.\n")
    if sys.stdin.isatty() and not typer.confirm("All its data will be lost. Go on?"):
        raise Refused("nothing was deleted")
    reset(place)


def _is_held(path: Path) -> bool:
    """Whether a living process holds this lock."""
    try:
        with path.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


if __name__ == "__main__":
    main()
