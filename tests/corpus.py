"""The labelled texts of tests/data/screening, in which `\\u200b` stands for that sign."""

import re
from typing import NamedTuple

from tests.source import ROOT

_SIGN = re.compile(r"\\u([0-9a-f]{4})")


class Labelled(NamedTuple):
    """One text of a corpus."""

    language: str
    text: str


def labelled(name: str) -> list[Labelled]:
    """All texts with this label."""
    lines = (ROOT / "tests" / "data" / "screening" / f"{name}.txt").read_text("utf-8").splitlines()
    rows = (line.split("\t", 1) for line in lines if not line.startswith("#"))
    return [
        Labelled(language, _SIGN.sub(lambda one: chr(int(one[1], 16)), text))
        for language, text in rows
    ]
