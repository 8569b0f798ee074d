"""What the documents for people say, taken apart so that tests can hold it against the program."""

import re
from pathlib import Path
from typing import Final

from tests.source import ROOT

_BLOCK: Final = re.compile(
    r"^<!-- (?P<mark>[^>]+) -->\n```sh\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_RULE: Final = re.compile(r"[-|: ]+")


def readme() -> str:
    return (ROOT / "README.md").read_text()


def documents() -> list[Path]:
    top = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    return [*top, *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(mark: str) -> list[str]:
    """The shell blocks of the README that are marked so, in their order."""
    return [one["text"] for one in _BLOCK.finditer(readme()) if one["mark"] == mark]


def section(title: str) -> str:
    """One section of the README, without its title."""
    (found,) = re.findall(
        rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", readme(), re.MULTILINE | re.DOTALL
    )
    return str(found)


def rows(text: str) -> list[list[str]]:
    """The cells of all table lines in a text, without the headings and the rules under them."""
    lines = text.splitlines()
    rules = {number for number, line in enumerate(lines) if line and _RULE.fullmatch(line)}
    kept = [
        line
        for number, line in enumerate(lines)
        if line.startswith("|") and not {number, number + 1} & rules
    ]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in kept]


def quoted(text: str) -> list[str]:
    """What stands between back-ticks."""
    return re.findall(r"`([^`]+)`", text)
