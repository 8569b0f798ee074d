"""A PostgreSQL cluster in a data folder: made, configured and launched.

`app.kit.embedded` decides when; this module knows how. The data folder holds

    postgres/    the cluster; its log is in postgres/log
    socket/      the socket, mode 0700: whoever may enter is trusted
    start.log    what the last start said before the log was open
"""

import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from app.kit.programs import VERSION, EmbeddedUnavailable, Runner, program, run, runner_in, works_in

PORT = 5432  # there is no TCP; it only names the socket file
SOCKET_PATH_BYTES_MAX = 103  # Linux allows 107, macOS 103
INITDB_SECONDS_MAX = 120.0
LOG_BYTES_MAX = 10_000_000
INITDB_OPTIONS = (
    *("--username=postgres", "--auth=trust", "--encoding=UTF8", "--data-checksums"),
    *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    "--no-instructions",
)
WORDS_MAX = 300
TAIL_BYTES = 10_000

# The log keeps a week, and nothing that a member wrote: no statements, details or parameters.
SETTINGS = f"""\
# Written anew at each start: a change made here is lost.
port = {PORT}
listen_addresses = ''
unix_socket_directories = '../socket'
unix_socket_permissions = 0700
cluster_name = 'timebank'
max_connections = 200
shared_buffers = 128MB
jit = off
fsync = on
synchronous_commit = on
full_page_writes = on
wal_compression = pglz
checkpoint_timeout = 15min
max_wal_size = 2GB
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
logging_collector = on
log_directory = 'log'
log_filename = 'postgres-%a.log'
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_error_verbosity = terse
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""


def cluster_of(folder: Path) -> Path:
    """Where the cluster of a data folder lies."""
    return folder / "postgres"


def fits_a_socket(folder: Path) -> bool:
    """Whether PostgreSQL can have its socket there, and every client can be told so."""
    # A comma would be two hosts to every client; what cannot be printed may not survive a URL.
    path = str(folder / f".s.PGSQL.{PORT}")
    short = len(os.fsencode(path)) <= SOCKET_PATH_BYTES_MAX
    return short and path.isprintable() and "," not in path


def open_private(path: Path, flags: int = os.O_RDWR) -> int:
    """Open a file, made when absent, for its folder's owner alone; gives the descriptor."""
    descriptor = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    if os.geteuid() == 0:  # else one command by root would shut the owner out
        owner = path.parent.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def make_private(path: Path, uid: int) -> None:
    """Make a folder that only `uid` may enter, or see that it is one.

    Raises:
        EmbeddedUnavailable: it is a link, or somebody else's, or open to others.
    """
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
        os.chown(path, uid, -1)  # only what we made ourselves: another's is not adopted
    found = path.lstat()
    closed = stat.S_ISDIR(found.st_mode) and found.st_mode & 0o777 == stat.S_IRWXU
    if not closed or found.st_uid != uid:
        raise EmbeddedUnavailable(
            f"{path} must be a folder of user {uid} with mode 0700: see who made it, remove it",
        )


def launch(folder: Path, held: int) -> None:
    """Start PostgreSQL in the background; make the cluster first when there is none.

    The caller has made sure that no process of the cluster lives. An answer is not waited for.

    Args:
        folder: the data folder.
        held: the descriptor of a lock, which every process of PostgreSQL will hold.

    Raises:
        EmbeddedUnavailable: this user cannot run PostgreSQL, or make or read the cluster.
    """
    runner, cluster = runner_in(folder), cluster_of(folder)
    for rubbish in folder.glob("initdb-*"):
        shutil.rmtree(rubbish, ignore_errors=True)
    if not cluster.exists():
        _initialise(cluster, runner, held)
    _check_version(cluster)
    _prepare(folder, cluster, runner)
    descriptor = open_private(folder / "start.log", os.O_WRONLY | os.O_TRUNC)
    with os.fdopen(descriptor, "w") as log:
        # The shell leaves at once: PostgreSQL is nobody's child, and no zombie of ours later.
        postgres = (*runner.prefix, str(program("postgres")), "-D", str(cluster))
        run(("/bin/sh", "-c", '"$@" &', "sh", *postgres), held=held, output=log)


def postmaster_of(folder: Path) -> int | None:
    """The pid of a data folder's PostgreSQL, once it has written it down and while it lives."""
    cluster = cluster_of(folder)
    try:
        pid = int((cluster / "postmaster.pid").read_text().partition("\n")[0])
    except (FileNotFoundError, ValueError):
        return None
    # Its processes may have outlived it, and the pid may be another's by now.
    return pid if works_in(cluster, pid, if_hidden=True) else None


def last_words(folder: Path) -> str:
    """Why PostgreSQL did not start, as far as it said."""
    logs = [folder / "start.log", *cluster_of(folder).glob("log/*.log")]
    newest = max(logs, key=lambda log: log.stat().st_mtime_ns)
    with newest.open("rb") as log:
        log.seek(max(0, newest.stat().st_size - TAIL_BYTES))
        lines = log.read().decode(errors="replace").split("\n")
    return _reason(lines, ("FATAL", "PANIC"))


def _reason(lines: list[str], signs: tuple[str, ...]) -> str:
    """The last line that says why, or else the last line."""
    said = [line.strip() for line in lines if line.strip()]
    why = [line for line in said if any(sign in line for sign in signs)]
    return (why or said or ["nothing"])[-1][:WORDS_MAX]


def _initialise(cluster: Path, runner: Runner, held: int) -> None:
    # Made beside its place and then moved there: a cluster that exists is a whole one.
    fresh = Path(tempfile.mkdtemp(prefix="initdb-", dir=cluster.parent))
    os.chown(fresh, runner.uid, runner.gid)
    command = (*runner.prefix, str(program("initdb")), "-D", str(fresh), *INITDB_OPTIONS)
    initdb = run(command, seconds_max=INITDB_SECONDS_MAX, held=held)
    if initdb.returncode != 0:
        said = _reason(initdb.stdout.splitlines(), ("FATAL", "PANIC", "error:"))
        raise EmbeddedUnavailable(f"initdb failed in {cluster.parent}; it said: {said}")
    with (fresh / "postgresql.conf").open("a") as settings:
        settings.write("\ninclude = 'timebank.conf'\n")
        settings.flush()
        os.fsync(settings.fileno())
    fresh.rename(cluster)
    descriptor = os.open(cluster.parent, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def _check_version(cluster: Path) -> None:
    try:
        version = (cluster / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        version = "nothing"
    if version != VERSION:
        raise EmbeddedUnavailable(
            f"{cluster} holds {version} where PostgreSQL {VERSION} is needed:"
            " move the data with pg_dump and psql, or choose another data folder",
        )


def _prepare(folder: Path, cluster: Path, runner: Runner) -> None:
    for place in (cluster, folder / "socket"):
        _hand_over(place, runner)
    make_private(folder / "socket", runner.uid)
    descriptor = open_private(cluster / "timebank.conf", os.O_WRONLY | os.O_TRUNC)
    with os.fdopen(descriptor, "w") as settings:
        settings.write(SETTINGS)
    # Nothing lives, so these are stale; PostgreSQL would believe a pid that is another's by now.
    (cluster / "postmaster.pid").unlink(missing_ok=True)
    (folder / "socket" / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
    for log in cluster.glob("log/*.log"):
        if log.stat().st_size > LOG_BYTES_MAX:
            log.unlink()


def _hand_over(place: Path, runner: Runner) -> None:
    """Give what another user made to the runner; only root can, and only root needs to."""
    if os.geteuid() != 0 or not os.path.lexists(place) or place.lstat().st_uid == runner.uid:
        return
    for parent, folders, files in os.walk(place, topdown=False):
        for name in (*folders, *files):
            os.chown(Path(parent, name), runner.uid, runner.gid, follow_symlinks=False)
    # Last, so that an interrupted walk is walked again.
    os.chown(place, runner.uid, runner.gid, follow_symlinks=False)
