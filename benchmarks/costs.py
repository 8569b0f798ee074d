"""What the server spends: write-ahead log, room on disk, processor time."""

import asyncio
import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.kit.programs import PROCESSES, pids, program, run, works_in
from benchmarks.measuring import Figures
from benchmarks.place import Place

_TICK: Final = 1 / os.sysconf("SC_CLK_TCK")
WALDUMP_SECONDS_MAX: Final = 120.0
OTHER: Final = "other"
COMMIT: Final = "commit"
_RECORD: Final = re.compile(r"len \(rec/tot\): +([0-9]+)/ *([0-9]+)")
_RELATION: Final = re.compile(r"rel [0-9]+/([0-9]+)/([0-9]+)")
_NAMES: Final = """
    SELECT c.relfilenode, coalesce(t.relname, c.relname)
      FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid
      LEFT JOIN pg_class t ON t.oid = i.indrelid WHERE c.relfilenode <> 0
"""
"""The table of each file; an index counts for its table."""


@dataclass(frozen=True)
class Reading:
    """What a server has spent so far, and on one database."""

    database: str
    position: str
    """In the write-ahead log."""
    disk_bytes: int
    postgres_seconds: float


async def read(place: Place, database: str, *, checkpoint: bool = False) -> Reading:
    """Read the meters; with a checkpoint before a cell, so that each begins alike.

    After a checkpoint the first change of every page writes the whole page: a short cell shows
    more bytes than a long one. What the records alone take is told apart.
    """
    if checkpoint:
        await place.run("CHECKPOINT")
    position = await place.value("SELECT pg_current_wal_flush_lsn()::text")
    size = await place.value("SELECT pg_database_size($1::name)", database)
    return Reading(database, str(position), int(size), postgres_seconds(place.cluster))


async def spent(place: Place, before: Reading, accepted: int) -> Figures:
    """What each accepted posting or request has cost since."""
    after = await read(place, before.database)
    each = max(1, accepted)
    gone = "SELECT ($1::text)::pg_lsn - ($2::text)::pg_lsn"
    by_table = await wal_by_table(place, before, after)
    ours = sum(size for table, size in by_table.items() if table != OTHER)
    return {
        "wal_bytes": float(await place.value(gone, after.position, before.position)) / each,
        "wal_record_bytes": ours / each,
        "disk_bytes": (after.disk_bytes - before.disk_bytes) / each,
        "postgres_cpu_us": (after.postgres_seconds - before.postgres_seconds) / each * 1e6,
    }


async def wal_by_table(place: Place, before: Reading, after: Reading) -> dict[str, float]:
    """Bytes of the records between two readings, full-page images left out, by table.

    The commits, and what else belongs to no table, stand under "commit"; what other databases
    wrote, and the catalogue, under "other".
    """
    rows = await place.rows(_NAMES, database=before.database)
    names = {str(number): str(name) for number, name in rows}
    dumped = await asyncio.to_thread(_dump, place.cluster, before.position, after.position)
    asked = "SELECT oid::text FROM pg_database WHERE datname = $1"
    mine = str(await place.value(asked, before.database))
    found = Counter[str]()
    for line in dumped.splitlines():
        if size := _RECORD.search(line):
            found[_table_of(line, mine, names)] += int(size[1])
    return dict(found)


def _table_of(line: str, database: str, names: dict[str, str]) -> str:
    relation = _RELATION.search(line)
    if relation is None:
        return COMMIT
    if relation[1] != database:
        return OTHER
    name = names.get(relation[2], OTHER)
    return OTHER if name.startswith("pg_") else name


def _dump(cluster: Path, begin: str, end: str) -> str:
    if begin == end:
        return ""
    dump = (program("pg_waldump"), f"--path={cluster / 'pg_wal'}", f"--start={begin}")
    done = run((*dump, f"--end={end}"), seconds_max=WALDUMP_SECONDS_MAX)
    if done.returncode != 0:
        raise RuntimeError(f"pg_waldump failed: {done.stdout[-300:]}")
    return done.stdout


def postgres_seconds(cluster: Path) -> float:
    """Processor time of all processes of the server, ended ones included."""
    mine = [pid for pid in pids() if works_in(cluster, pid, if_hidden=False)]
    return sum(seconds_of(pid) for pid in mine)


def seconds_of(pid: int) -> float:
    """Processor time of a process and of its children that have ended."""
    times = _stat(pid)[11:15]  # utime, stime, cutime, cstime
    return sum(map(int, times)) * _TICK


def family(pid: int) -> list[int]:
    """A process and all that it started, directly or not."""
    parents = {child: int(stat[1]) for child in pids() if (stat := _stat(child))}
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def _stat(pid: int) -> list[str]:
    """The fields after the process's name; none when it has just ended."""
    try:
        text = (PROCESSES / str(pid) / "stat").read_text()
    except OSError:
        return []
    return text.rpartition(") ")[2].split()
