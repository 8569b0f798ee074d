"""What the program is made of: every package is locked by hash, listed, and really audited."""

from typing import Any

import pytest

from tests.source import ROOT
from tools.audit import NotAudited, judged
from tools.locked import LOCK, Package, read
from tools.sbom import bill
from tools.weaknesses import ACCEPTED, MENDED, known

PACKAGES = read(LOCK.read_text("utf-8"))
TWO = [Package("one", "1.0", ("0" * 64,)), Package("two", "2.0", ("1" * 64,))]


def report(*names: str, **vulns: list[dict[str, Any]]) -> dict[str, object]:
    versions = {one.name: one.version for one in TWO}
    told = [
        {"name": name, "version": versions[name], "vulns": vulns.get(name, [])} for name in names
    ]
    return {"dependencies": told}


def test_every_package_is_locked_by_the_hashes_of_its_files() -> None:
    text = LOCK.read_text("utf-8")
    assert len(PACKAGES) == sum(line[:1].isalnum() for line in text.splitlines())
    assert [one.name for one in PACKAGES if not one.hashes] == []


def test_the_bill_lists_what_is_locked_once() -> None:
    urls = [one["purl"] for one in bill(PACKAGES, "timebank", "1")["components"]]
    assert urls == [one.url for one in PACKAGES]
    assert len(set(urls)) == len(urls)
    assert any(url.startswith("pkg:pypi/fastapi@") for url in urls)


def test_an_audit_of_everything_that_finds_nothing_is_good() -> None:
    assert judged(report("one", "two"), TWO) == []


def test_a_known_weakness_is_told() -> None:
    assert judged(report("one", "two", two=[{"id": "PYSEC-1"}]), TWO) == ["two 2.0: PYSEC-1"]


def test_a_weakness_with_a_reason_is_accepted_and_no_other() -> None:
    (accepted, *_) = ACCEPTED
    weaknesses = [{"id": "PYSEC-1", "aliases": [accepted]}, {"id": "PYSEC-2", "aliases": []}]
    assert judged(report("one", "two", two=weaknesses), TWO) == ["two 2.0: PYSEC-2"]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_nothing_is_locked_whose_weakness_is_known_and_mended(lock: str) -> None:
    packages = read((ROOT / lock).read_text("utf-8"))
    assert known(packages) == []
    assert MENDED.keys() <= {one.name for one in packages}, "a package that went leaves no line"


def test_a_version_with_a_known_weakness_is_found() -> None:
    old = Package("h11", "0.14.0", ("0" * 64,))
    assert known([old]) == ["h11 0.14.0: CVE-2025-43859, mended in 0.16.0"]
    assert known([Package("h11", "0.16.0", ()), Package("h11", "1.0", ())]) == []


def test_an_audit_that_left_something_out_is_none() -> None:
    for partial in (report(), report("one"), {"dependencies": [{"name": "one"}, {"name": "two"}]}):
        with pytest.raises(NotAudited):
            judged(partial, TWO)
