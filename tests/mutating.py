"""A rule of the program is broken, in a copy of it, and a test must fail.

A test that cannot fail proves nothing. What is broken is some lines of the program; who notices is
named.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from tests.source import ROOT

SECONDS_MAX: Final = 300
TESTS_FAILED: Final = 1
PYTEST: Final = (sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", "-m", "not deep")
NO_SHRINKING: Final = """
from hypothesis import Phase, settings
settings.register_profile("found is enough", phases=[Phase.explicit, Phase.generate])
settings.load_profile("found is enough")
"""
_OURS: Final = re.compile("TIMEBANK_|PYTEST_")
"""Or the copies of two processes would share a server, and the one's roles would be the other's."""
COPIED: Final = ("app", "migrations", "tests")
FILES: Final = ("alembic.ini", "pyproject.toml")


class Break(NamedTuple):
    """A line of the program, what it becomes, and who notices."""

    module: str
    line: str
    becomes: str
    noticed_by: str
    """A test, or a file or module of tests."""
    too: tuple[tuple[str, str, str], ...] = ()
    """More modules, lines, and what they become: where a protection stands in two places."""

    @property
    def edits(self) -> tuple[tuple[str, str, str], ...]:
        """Every line that changes."""
        return ((self.module, self.line, self.becomes), *self.too)


def see_it_noticed(broken: Break, folder: Path) -> str:
    """Break the rule in a copy, and run who should notice; gives the line of the failure."""
    copy = _copied(folder)
    assert misplaced([broken]) == [], "it is written otherwise now: follow it"
    for module, line, becomes in broken.edits:
        path = copy / "app" / module
        path.write_text(path.read_text().replace(line, becomes))
    done = subprocess.run(
        [*PYTEST, broken.noticed_by],
        cwd=copy,
        env={name: value for name, value in os.environ.items() if not _OURS.match(name)},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS_MAX,
    )
    assert done.returncode == TESTS_FAILED, done.stdout
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert [one for one in failed if broken.noticed_by in one], done.stdout
    return failed[0]


def misplaced(breaks: Iterable[Break]) -> list[str]:
    """The lines that are written otherwise now, and the tests that are called otherwise."""
    edits = [edit for one in breaks for edit in one.edits]
    lost = [line for module, line, _ in edits if _text("app", module).count(line) != 1]
    named = [one.noticed_by.partition("::") for one in breaks if "::" in one.noticed_by]
    return lost + [name for file, _, name in named if f"def {name}(" not in _text(file)]


def _text(*parts: str) -> str:
    return ROOT.joinpath(*parts).read_text("utf-8")


def _copied(folder: Path) -> Path:
    copy = folder / "copy"
    for name in COPIED:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, copy / name)
    (copy / "conftest.py").write_text(NO_SHRINKING)
    return copy
