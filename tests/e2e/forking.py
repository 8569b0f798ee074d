"""Commands without the two seconds that importing the program takes each time.

One process for each test process has imported everything, and forks for each command: what runs
is a process of its own, with its own environment, folder and streams, that ends as it would end.
"""

import atexit
import gc
import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from importlib import import_module
from pathlib import Path
from select import select
from typing import Any, Final

from app.cli import program

IMPORTED: Final = ("main", "worker", "demo.running", "store.migrate")
_COMMANDS: Final = Path(__file__).parents[2] / "app" / "cli"


def forked(
    words: tuple[str, ...], environ: dict[str, str], cwd: Path, stdin: str, seconds_max: float
) -> subprocess.CompletedProcess[str]:
    """Run `timebank` with these words to its end."""
    with tempfile.TemporaryDirectory() as folder:
        streams = [str(Path(folder) / name) for name in ("in", "out", "err")]
        Path(streams[0]).write_text(stdin)
        order = {"words": words, "environ": environ, "cwd": str(cwd), "streams": streams}
        code = _mother().run(order, seconds_max)
        said, complained = (Path(one).read_text() for one in streams[1:])
    return subprocess.CompletedProcess(("timebank", *words), code, said, complained)


class _Mother:
    """The process that forks."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            (sys.executable, "-m", "tests.e2e.forking"),
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        atexit.register(self._process.kill)

    def run(self, order: dict[str, Any], seconds_max: float) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        ready, _, _ = select([self._process.stdout], [], [], seconds_max)
        if not ready:
            self._process.kill()
            _mother.cache_clear()
            raise subprocess.TimeoutExpired(order["words"], seconds_max)
        return int(self._process.stdout.readline())


@cache
def _mother() -> _Mother:
    return _Mother()


def _serve() -> None:
    """Fork for each order; only the children come back from here."""
    names = [f"cli.{path.stem}" for path in _COMMANDS.glob("*.py") if path.stem != "__main__"]
    for name in (*IMPORTED, *names):
        import_module(f"app.{name}")
    gc.freeze()
    for line in sys.stdin:
        order = json.loads(line)
        if os.fork() == 0:
            _become(order)
            return
        _, status = os.wait()
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
    sys.exit()


def _become(order: dict[str, Any]) -> None:
    flags = (os.O_RDONLY, os.O_WRONLY | os.O_CREAT, os.O_WRONLY | os.O_CREAT)
    for number, (path, flag) in enumerate(zip(order["streams"], flags, strict=True)):
        os.dup2(os.open(path, flag, 0o600), number)
    os.environ.clear()
    os.environ.update(order["environ"])
    os.chdir(order["cwd"])
    sys.argv = ["timebank", *order["words"]]


def _run() -> None:
    """Run the command, and end without taking apart all that was imported."""
    try:
        program.main()
    except SystemExit as end:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code if isinstance(end.code, int) else 1)


if __name__ == "__main__":
    _serve()
    _run()
