"""Running the wheel's pgbench: a script in, what its clients saw out."""

import math
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from app.kit.programs import program
from benchmarks.measuring import Tally, Window
from benchmarks.place import Place

THREADS_MAX: Final = 2
SLACK_SECONDS: Final = 60.0
_SUM_OF: Final = 1e6


def run(place: Place, database: str, script: str, clients: int, window: Window) -> Tally:
    """Let pgbench's clients run the script, prepared, one after the other without a pause.

    Raises:
        RuntimeError: with pgbench's own words, when it failed.
    """
    with tempfile.TemporaryDirectory(dir=place.folder) as text:
        folder = Path(text)
        (folder / "script.sql").write_text(script)
        done = subprocess.run(
            _command(place, database, folder, clients, window),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=window.whole + SLACK_SECONDS,
            check=False,
            text=True,
        )
        if done.returncode != 0:
            raise RuntimeError(f"pgbench failed: {done.stderr.strip()[-500:]}")
        return _tally(folder, window)


def _command(
    place: Place, database: str, folder: Path, clients: int, window: Window
) -> list[str | Path]:
    url = place.superuser
    return [
        program("pgbench"),
        *("--no-vacuum", "--protocol=prepared", "--log", f"--log-prefix={folder}/log"),
        *(f"--file={folder}/script.sql", f"--time={math.ceil(window.whole)}"),
        *(f"--client={clients}", f"--jobs={min(clients, THREADS_MAX)}"),
        *(f"--host={url.query['host']}", f"--port={url.query['port']}"),
        *(f"--username={url.username}", database),
    ]


def _tally(folder: Path, window: Window) -> Tally:
    """From the log of each transaction: client, number, microseconds, script, end in two parts."""
    tally = Tally(seconds=window.seconds)
    lines = [line.split() for log in folder.glob("log*") for line in log.open()]
    ended = [int(line[4]) + int(line[5]) / _SUM_OF for line in lines if line[2] != "failed"]
    took = [int(line[2]) / _SUM_OF for line in lines if line[2] != "failed"]
    tally.errors = len(lines) - len(took)
    tally.accepted_in_all = len(took)
    begins = min((end - each for end, each in zip(ended, took, strict=True)), default=0.0)
    begins += window.warm
    for end, each in zip(ended, took, strict=True):
        if begins <= end <= begins + window.seconds:
            tally.took.append(each)
    return tally
