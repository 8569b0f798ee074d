"""What a newcomer does first: a clone, and `make run`, twice, without a terminal."""

import re
import signal
import time
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.commands import environment, free_port, postgres_lives, read, stranger
from tests.processes import Running, ran, started
from tests.source import ROOT

pytestmark = pytest.mark.deep
SHOWN: Final = re.compile(r"Interactive documentation\D+(http://\S+)")
PLAYING_SECONDS_MAX: Final = 300
"""The first time: installing what is locked, and the story with passwords hashed in earnest."""
SECOND_SECONDS_MAX: Final = 15
RUN = ("bash", "-c", "exec make run </dev/null > >(cat)")
"""In a pipe, as in CI; `exec`, so that a signal reaches make itself."""


def test_a_fresh_clone_runs_with_one_command_and_again_and_ends_on_a_signal(tmp_path: Path) -> None:
    clone = tmp_path / "clone of timebank"
    cloned = ran(["git", "clone", "--quiet", str(ROOT), str(clone)], environment(tmp_path), ROOT)
    assert cloned.returncode == 0, cloned.stderr
    port = str(free_port())
    environ = environment(tmp_path, PORT=port, TIMEBANK_ENVIRONMENT="demo")
    del environ["TIMEBANK_DATA_FOLDER"]

    with started(RUN, tmp_path / "first", environ, clone) as first:
        assert first.waited_for(SHOWN, PLAYING_SECONDS_MAX)[1].startswith(
            f"http://127.0.0.1:{port}"
        )
        assert "The story begins" in first.said
        serves_and_ends(first, clone)

    began = time.monotonic()
    with started(RUN, tmp_path / "second", environ, clone) as second:
        second.waited_for(SHOWN, PLAYING_SECONDS_MAX)
        assert time.monotonic() - began < SECOND_SECONDS_MAX
        assert "The story was played before." in second.said
        serves_and_ends(second, clone)

    left = ran(["git", "status", "--porcelain"], environ, clone)
    assert left.stdout == "", "what running makes is ignored by git"


def serves_and_ends(running: Running, clone: Path) -> None:
    """It answers; after SIGTERM to make nothing goes on, and nothing was complained of."""
    with stranger(running.url) as client:
        assert read(client, "/readyz") == {"status": "ok"}
    assert running.process.poll() is None
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(30) != 0
    assert "Traceback" not in running.said + running.logged
    deadline = time.monotonic() + 30
    while postgres_lives(clone / ".timebank"):
        assert time.monotonic() < deadline, "the database goes on"
        time.sleep(0.1)
