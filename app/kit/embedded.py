"""The embedded PostgreSQL: it starts with its first user and stops with its last.

    with lease(Path(".timebank")) as server:
        engine = create_async_engine(server.url("postgres", "postgres"))

Three locks in the data folder say what is true; the kernel frees each at its holders' death:

    users.lock     shared, one for each user; whoever leaves last can have it alone
    start.lock     exclusive: one process at a time starts or stops
    server.lock    held by PostgreSQL's own processes: free means that none of them lives

No pid is believed, except PostgreSQL's own while a process of it surely lives.
"""

import fcntl
import hashlib
import logging
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from app.kit.cluster import (
    PORT,
    cluster_of,
    fits_a_socket,
    last_words,
    launch,
    make_private,
    open_private,
    postmaster_of,
)
from app.kit.programs import EmbeddedUnavailable, pids, program, run, works_in

__all__ = ["EmbeddedUnavailable", "Server", "lease", "server_of"]

START_SECONDS_MAX = 300.0  # recovery after a crash reads up to max_wal_size again
STOP_SECONDS_MAX = 60.0
PID_SECONDS_MAX = 10.0  # from the launch to the pid file: some milliseconds, when nothing is busy
POLL_SECONDS = 0.02
ANSWER_SECONDS_MAX = 3

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Server:
    """Where a data folder's PostgreSQL is. Its superuser and first database are `postgres`."""

    folder: Path
    socket_folder: Path

    def url(self, role: str, database: str) -> str:
        """The address for SQLAlchemy; without `+asyncpg` it is asyncpg's and libpq's."""
        names = f"{quote(role, safe='')}@/{quote(database, safe='')}"
        return f"postgresql+asyncpg://{names}?host={quote(str(self.socket_folder))}&port={PORT}"


def server_of(folder: Path) -> Server:
    """The addresses of a data folder's server. Starts nothing; they are good during a lease."""
    folder = folder.resolve()
    direct = folder / "socket"
    if fits_a_socket(direct):
        return Server(folder, direct)
    name = f"timebank-{os.geteuid()}-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"
    detours = [Path(place, name, "socket") for place in (tempfile.gettempdir(), "/tmp")]  # noqa: S108 - entered only when private
    return Server(folder, next(detour for detour in detours if fits_a_socket(detour)))


@contextmanager
def lease(folder: Path, *, start_seconds_max: float = START_SECONDS_MAX) -> Iterator[Server]:
    """Hold the server up: the first user starts it, the last one out stops it.

    Killing any process, ours or PostgreSQL's, loses nothing: the next lease recovers.

    Args:
        folder: the data folder; made when absent.
        start_seconds_max: how long to wait for others' starts and stops, and for an answer.

    Raises:
        EmbeddedUnavailable: one line that says why, and what to do.
    """
    server = server_of(folder)
    with _usable(server):
        server.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _lock(server, "users") as users:
        with _usable(server), _turn(server, start_seconds_max):
            fcntl.flock(users, fcntl.LOCK_SH | fcntl.LOCK_NB)
            try:
                _bring_up(server, time.monotonic() + start_seconds_max)
            except BaseException:
                _stop_if_last(server, users)
                raise
        try:
            yield server
        finally:
            _leave(server, users)


@contextmanager
def _lock(server: Server, name: str) -> Iterator[int]:
    """Open a lock file (not yet locked). Close-on-exec, as all that Python opens."""
    with _usable(server):
        descriptor = open_private(server.folder / f"{name}.lock")
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _turn(server: Server, seconds_max: float) -> Iterator[None]:
    deadline = time.monotonic() + seconds_max
    with _lock(server, "start") as turn:
        while not _try_lock(turn, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise EmbeddedUnavailable(
                    f"another process has been starting or stopping PostgreSQL in {server.folder}"
                    f" for {seconds_max:.0f} s: wait for it, or end it, and try again",
                )
            time.sleep(POLL_SECONDS)
        yield


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _bring_up(server: Server, deadline: float) -> None:
    launched = False
    _make_detour(server)
    while not _answers(server):
        if _lives(server):  # starting, recovering, or the rest of a killed server
            if time.monotonic() > deadline:
                raise EmbeddedUnavailable(
                    f"PostgreSQL in {server.folder} runs but gives no answer:"
                    f" look into {cluster_of(server.folder) / 'log'}, or try again later",
                )
            time.sleep(POLL_SECONDS)
        elif launched:
            raise EmbeddedUnavailable(
                f"PostgreSQL did not start in {server.folder};"
                f" its last words: {last_words(server.folder)}",
            )
        else:
            _launch(server)
            launched = True


def _launch(server: Server) -> None:
    with _lock(server, "server") as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        launch(server.folder, held)


@contextmanager
def _usable(server: Server) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EmbeddedUnavailable(
            f"{error.filename or server.folder} cannot be used ({error.strerror}):"
            " it must be yours and writable; or choose another data folder",
        ) from error


def _make_detour(server: Server) -> None:
    """A short way to a socket whose own path is too long: a link in a private folder."""
    target = server.folder / "socket"
    if server.socket_folder != target:
        make_private(server.socket_folder.parent, os.geteuid())
        with suppress(FileExistsError):
            server.socket_folder.symlink_to(target)


def _answers(server: Server) -> bool:
    where = ("-h", server.socket_folder, "-p", str(PORT), "-U", "postgres", "-d", "postgres")
    ask = (program("pg_isready"), *where, "-t", str(ANSWER_SECONDS_MAX))
    return run(ask).returncode == 0


def _lives(server: Server) -> bool:
    """Whether any process of the cluster lives, answering or not."""
    with _lock(server, "server") as probe:
        if not _try_lock(probe, fcntl.LOCK_SH):
            return True
    # A server that was started by hand, or on a file system where locks are not inherited.
    cluster = cluster_of(server.folder)
    return any(works_in(cluster, pid, if_hidden=False) for pid in pids())


def _leave(server: Server, users: int) -> None:
    try:
        with _turn(server, STOP_SECONDS_MAX):
            _stop_if_last(server, users)
    except EmbeddedUnavailable as error:
        logger.warning("PostgreSQL was left running: %s", error)


def _stop_if_last(server: Server, users: int) -> None:
    if not _is_current(server, users) or not _try_lock(users, fcntl.LOCK_EX):
        return
    _stop(server)
    if server.socket_folder.is_symlink():
        with suppress(OSError):
            server.socket_folder.unlink()
            server.socket_folder.parent.rmdir()


def _is_current(server: Server, users: int) -> bool:
    # A deleted and newly made data folder has other users, of whom this lock knows nothing.
    try:
        return os.path.samestat(os.fstat(users), (server.folder / "users.lock").stat())
    except FileNotFoundError:
        return False


def _stop(server: Server) -> None:
    """Fast shutdown: transactions are rolled back, the rest is written down."""
    pid = _awaited_postmaster(server)
    if pid is None:
        return
    deadline = time.monotonic() + STOP_SECONDS_MAX
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
    while _lives(server):
        if time.monotonic() > deadline:
            logger.warning("PostgreSQL in %s is still stopping", server.folder)
            return
        time.sleep(POLL_SECONDS)


def _awaited_postmaster(server: Server) -> int | None:
    # One just launched has not written its pid yet; the rest of a killed one ends by itself.
    deadline = time.monotonic() + PID_SECONDS_MAX
    while _lives(server):
        pid = postmaster_of(server.folder)
        if pid is not None or time.monotonic() > deadline:
            return pid
        time.sleep(POLL_SECONDS)
    return None
