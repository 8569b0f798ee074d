"""The threat model promises nothing that no test proves."""

import re

from tests.source import ROOT, sources


def test_every_test_that_the_threat_model_names_exists() -> None:
    told = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
    named = set(re.findall(r"`(test_\w+)`", told))
    there = {node.name for source in sources("tests/**/*.py") for node in source.functions()}
    assert named
    assert named - there == set()


def test_every_threat_has_a_test() -> None:
    told = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
    threats = [line for line in told.splitlines() if line.startswith("| ")][1:]
    assert threats
    assert [line for line in threats if "`test_" not in line] == []
