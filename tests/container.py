"""The container files as values: a small reading of Dockerfile, compose.yaml and the locks."""

import json
import re
from dataclasses import dataclass
from typing import Any

import yaml

from tests.source import ROOT

HOLE = re.compile(r"\$\{(?P<name>[A-Z_]+):\?[^}]*\}")
"""A value that must come from outside: `${NAME:?what to do}`."""


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile, with its continued lines joined."""

    name: str
    text: str

    @property
    def command(self) -> list[str]:
        """The command in its exec form, which no shell takes apart."""
        found: list[str] = json.loads(self.text[self.text.index("[") :])
        return found


def dockerfile() -> list[Instruction]:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    kept = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    whole = "\n".join(kept).replace("\\\n", " ")
    parts = [line.split(maxsplit=1) for line in whole.splitlines()]
    return [Instruction(name.upper(), " ".join(rest.split())) for name, rest in parts]


def instructions(name: str) -> list[Instruction]:
    return [one for one in dockerfile() if one.name == name]


def the(name: str) -> Instruction:
    (found,) = instructions(name)
    return found


def image_environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for one in instructions("ENV") for pair in one.text.split())


def copies() -> list[tuple[str, str]]:
    """What is copied, and where to, inside the image."""
    found = []
    for one in instructions("COPY"):
        *_, source, target = one.text.split()
        workdir = the("WORKDIR").text
        to = target if target.startswith("/") else f"{workdir}/{target.removeprefix('./')}"
        found.append((source, to + source if to.endswith("/") else to))
    return found


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return found


def services() -> dict[str, Any]:
    found: dict[str, Any] = compose()["services"]
    return found


def command_of(service: str) -> list[str]:
    """What a service runs: its own command, or the image's."""
    own: list[str] | None = services()[service].get("command")
    return own or the("CMD").command


def environment_of(service: str, outside: dict[str, str]) -> dict[str, str]:
    """The environment of a service as compose would fill it in from outside."""
    filled = {}
    for name, value in services()[service].get("environment", {}).items():
        if value is not None:
            filled[name] = HOLE.sub(lambda hole: outside[hole["name"]], value)
        elif name in outside:
            filled[name] = outside[name]
    return filled


def locked(name: str) -> dict[str, str]:
    """The packages that a lock file pins."""
    pin = re.compile(r"^([a-z0-9.-]+)(?:\[[a-z,]+\])?==(\S+)", re.MULTILINE)
    return dict(pin.findall((ROOT / name).read_text()))
