"""Programs as processes of their own, as an operator runs them."""

import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

RUN_SECONDS_MAX: Final = 60
START_SECONDS_MAX: Final = 60
STOP_SECONDS_MAX: Final = 20
POLL_SECONDS: Final = 0.05
_SERVING: Final = re.compile(r"Serving on (http://\S+)")


@dataclass
class Running:
    """A process in progress; what it says goes to two files."""

    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def said(self) -> str:
        return (self.folder / "out").read_text()

    @property
    def logged(self) -> str:
        return (self.folder / "err").read_text()

    @property
    def url(self) -> str:
        """Where it serves."""
        return self.waited_for(_SERVING).group(1)

    def waited_for(
        self, pattern: re.Pattern[str], seconds_max: float = START_SECONDS_MAX
    ) -> re.Match[str]:
        """What was said that fits."""
        deadline = time.monotonic() + seconds_max
        while (found := pattern.search(self.said)) is None:
            assert self.process.poll() is None, self.logged
            assert time.monotonic() < deadline, self.said + self.logged
            time.sleep(POLL_SECONDS)
        return found

    def stopped(self) -> int:
        """Ask it to stop, and give its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS_MAX)


@contextmanager
def started(
    command: Sequence[str], folder: Path, environ: Mapping[str, str], cwd: Path
) -> Iterator[Running]:
    """Run a command beside the test; it is stopped at the latest with it."""
    folder.mkdir()
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(command, env=environ, cwd=cwd, stdout=out, stderr=err)
    try:
        yield Running(process, folder)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def ran(
    command: Sequence[str], environ: Mapping[str, str], cwd: Path, *, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        command,
        env=environ,
        cwd=cwd,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_SECONDS_MAX,
    )
