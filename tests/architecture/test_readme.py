"""What an operator can set or type is in the README, by its exact name."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from app.cli.program import program
from app.kit.settings import Settings
from tests.source import ROOT, tracked_files

PREFIX = str(Settings.model_config.get("env_prefix"))


@pytest.fixture
def readme() -> str:
    return (ROOT / "README.md").read_text("utf-8")


def test_every_setting_is_in_the_readme(readme: str) -> None:
    names = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    assert [name for name in names if f"`{name}`" not in readme] == []


def test_every_command_is_in_the_readme(readme: str) -> None:
    commands = list(_commands(typer.main.get_command(program), "timebank"))
    assert "timebank db upgrade" in commands
    assert [command for command in commands if command not in readme] == []


def test_the_readme_names_no_setting_that_is_not_there(readme: str) -> None:
    elsewhere = [path for path in tracked_files() if path.suffix != ".md"]
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    known |= {name for path in elsewhere for name in _variables(path.read_text("utf-8"))}
    assert set(_variables(readme)) - known == set()


def _variables(text: str) -> list[str]:
    return re.findall(rf"\b{PREFIX}[A-Z_]+", text)


def _commands(group: Any, name: str) -> Iterator[str]:
    below = getattr(group, "commands", None)
    if below is None:
        yield name
        return
    for part, command in below.items():
        yield from _commands(command, f"{name} {part}")
