"""The threat model promises nothing that no test proves, and leaves out none of the threats."""

import hashlib
import re

from tests.source import ROOT, sources

THREATS = 18
"""As many were named before the first line was written."""
ASSESSED = re.compile(r"\*\*The data map that was assessed: (none yet|[0-9a-f]{64})\.\*\*")


def rows() -> list[str]:
    told = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
    return [line for line in told.splitlines() if line.startswith("| ")][1:]


def test_every_test_that_the_threat_model_names_exists() -> None:
    told = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
    named = set(re.findall(r"`(test_\w+)`", told))
    there = {node.name for source in sources("tests/**/*.py") for node in source.functions()}
    assert named
    assert named - there == set()


def test_every_threat_is_there_and_has_a_test() -> None:
    numbers = [line.split("|")[1].strip() for line in rows()]
    assert [one for one in numbers if one != "-"] == [str(one + 1) for one in range(THREATS)]
    assert [line for line in rows() if "`test_" not in line] == []


def test_an_assessment_is_of_the_data_map_as_it_is_now() -> None:
    found = ASSESSED.search((ROOT / "docs" / "dpia.md").read_text("utf-8"))
    assert found, "the page says which data map was assessed"
    now = hashlib.sha256((ROOT / "docs" / "data-map.md").read_bytes()).hexdigest()
    assert found[1] in {"none yet", now}, "the data map has changed since: assess the change"
