import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic_core import PydanticUndefined

from app.cli.program import program
from app.kit.settings import CHECKOUT, Settings
from tests.documents import documents, quoted, rows, section
from tests.source import ROOT

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
LINE_MAX = 110
LINK = re.compile(r"\[[^\]]*\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")


def test_the_readme_names_every_setting_with_its_default() -> None:
    told = {quoted(name)[0]: default for name, _, default in rows(section("Configuration"))}
    assert told == {
        f"TIMEBANK_{name.upper()}": _shown(field.default)
        for name, field in Settings.model_fields.items()
    }


def _shown(default: Any) -> str:
    assert default is not PydanticUndefined
    if default is None:
        return "-"
    if isinstance(default, Path):
        return f"`{default.relative_to(CHECKOUT)}` in the checkout"
    return f"`{default}`"


def test_the_readme_names_every_command_and_none_that_is_not_there() -> None:
    told = [quoted(command)[0] for command, _ in rows(section("Commands"))]
    assert sorted(told) == sorted(_commands(typer.main.get_command(program), "timebank"))


def _commands(command: Any, name: str) -> list[str]:
    below = getattr(command, "commands", None)
    if below is None:
        return [name]
    return [one for word, sub in below.items() for one in _commands(sub, f"{name} {word}")]


def test_the_readme_shows_where_everything_is() -> None:
    told = [
        path for where, _ in rows(section("How the code is laid out")) for path in quoted(where)
    ]
    assert not [path for path in told if not (ROOT / path).exists()]
    code = {path for path in (ROOT / "app").iterdir() if path.name[0] not in "_."}
    assert {str(path.relative_to(ROOT)) for path in code} <= set(told)


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        name for file in documents() for name in re.findall(r"\bmake ([a-z-]+)\b", _code(file))
    }
    assert {"run", "test", "test-crashes", "test-deep"} <= named <= targets


def _code(file: Path) -> str:
    """The quoted words and the blocks of a document."""
    text = file.read_text()
    return "\n".join(
        [*re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL), *quoted(text)]
    )


@pytest.mark.parametrize("file", documents(), ids=lambda file: file.name)
def test_every_link_leads_somewhere(file: Path) -> None:
    for path, anchor in LINK.findall(file.read_text()):
        target = file.parent / path if path else file
        assert target.exists(), path
        assert not anchor or anchor in _anchors(target), f"{path}#{anchor}"


def _anchors(file: Path) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("file", documents(), ids=lambda file: file.name)
def test_every_file_that_a_document_names_is_there(file: Path) -> None:
    named = re.findall(r"`((?:app|tests|docs|migrations)/[\w/.-]+)`", file.read_text())
    assert not [path for path in named if not (ROOT / path).exists()]


@pytest.mark.parametrize("file", documents(), ids=lambda file: file.name)
def test_a_document_is_tidy(file: Path) -> None:
    text = file.read_text()
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    lines = text.splitlines()
    assert not [line for line in lines if line != line.rstrip() or "\t" in line]
    assert not [line for line in lines if len(line) > LINE_MAX and not line.startswith("|")]


def test_decisions_are_numbered_without_a_gap_and_all_in_the_index() -> None:
    numbers = [int(file.name.partition("-")[0]) for file in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))
    index = (ROOT / "docs" / "README.md").read_text()
    for file in DECISIONS:
        title = file.read_text().partition("\n")[0].removeprefix("# ")
        number, _, words = title.partition(" ")
        assert file.name.startswith(f"{number}-")
        assert f"| [{number}](decisions/{file.name}) | {words} |" in index


@pytest.mark.parametrize("file", DECISIONS, ids=lambda file: file.name)
def test_a_decision_says_why_what_and_what_follows(file: Path) -> None:
    text = file.read_text()
    places = [
        text.index(f"\n**{part}") for part in ("Context.**", "Decision.**", "Consequences.**")
    ]
    assert places == sorted(places)


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    wanted = {
        re.split(r"[\[<>=!~; ]", one, maxsplit=1)[0]
        for group in (project["dependencies"], *extras)
        for one in group
    }
    text = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text()
    told = [re.sub(r"\([^)]*\)", "", names).split(",") for names, _ in rows(text)]
    assert {name.strip() for names in told for name in names} == wanted


def test_every_defect_of_another_ledger_that_is_tested_is_listed_with_its_test() -> None:
    told = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "ledger-proof.md").read_text()))
    assert _tests("test_peer_defects*.py") <= told <= _tests("test_*.py")


def _tests(files: str) -> set[str]:
    texts = [file.read_text() for file in (ROOT / "tests").rglob(files)]
    return {name for text in texts for name in re.findall(r"\bdef (test_\w+)\(", text)}
