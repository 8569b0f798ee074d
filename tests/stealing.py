"""What a thief of the database carries away: dumps, files of the server, base backups."""

import base64
import subprocess
from pathlib import Path

from app.kit.programs import program
from tests.databases import Cluster


def forms(word: str) -> list[bytes]:
    """The word as it may lie in a file: plain, in two encodings, in base64, in hexadecimal."""
    plain = word.encode()
    inner = base64.b64encode(plain)[:-4]  # however it is aligned, one of the three holds
    shifted = [base64.b64encode(b"x" * n + plain)[4:-4] for n in (1, 2)]
    return [plain, word.encode("utf-16-le"), plain.hex().encode(), inner, *shifted]


def found(word: str, *contents: bytes) -> bool:
    return any(form in content for form in forms(word) for content in contents)


async def _asked(cluster: Cluster, question: str) -> str:
    connection = await cluster.connect()
    try:
        return str(await connection.fetchval(question))
    finally:
        await connection.close()


async def copied_from(cluster: Cluster) -> str:
    """The name of the file of the write-ahead log in which what comes now begins."""
    return await _asked(cluster, "SELECT pg_walfile_name(pg_current_wal_insert_lsn())")


async def files_of(cluster: Cluster, database: str, begins: str) -> list[bytes]:
    """What the server keeps of a database: heap, indexes, the log of changes, its own log."""
    await cluster.run("CHECKPOINT")
    folder = Path(await _asked(cluster, "SHOW data_directory"))
    oid = await _asked(cluster, f"SELECT oid FROM pg_database WHERE datname = '{database}'")
    wal = [path for path in (folder / "pg_wal").iterdir() if path.name >= begins]
    kept = [folder / "base" / oid, folder / "global", folder / "log"]
    return contents_of(*kept, *wal)


def contents_of(*places: Path) -> list[bytes]:
    files = [file for place in places for file in (place, *place.rglob("*"))]
    return [file.read_bytes() for file in files if file.is_file()]


def dump_of(cluster: Cluster, database: str) -> bytes:
    done = subprocess.run(
        [program("pg_dump"), "--dbname", plain_url(cluster, database)],
        capture_output=True,
        check=True,
    )
    return done.stdout


def backup_of(cluster: Cluster, folder: Path) -> None:
    """A base backup of the whole server, with the log of changes that it needs."""
    options = ("--checkpoint=fast", "--wal-method=stream", "--no-sync", "--no-manifest")
    where = ("--dbname", plain_url(cluster, "postgres"), "--pgdata", str(folder))
    subprocess.run([program("pg_basebackup"), *where, *options], check=True, capture_output=True)


def plain_url(cluster: Cluster, database: str) -> str:
    return cluster.url("postgres", database).replace("+asyncpg", "")
