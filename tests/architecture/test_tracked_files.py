"""What no file of the repository may hold."""

import re

import pytest

from tests.source import ROOT, tracked_files

PATTERNS = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/]{20}",
    "a signed token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}",
    "a cloud key": r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "a forge token": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{40}|glpat-[\w-]{20})",
    "a chat token": r"\bxox[abprs]-[\w-]{10}",
    "a password in an address": r"\w://[^\s/:@{}<>$]+:(?!password@|secret@|x@)[^\s/:@{}<>$]{3,}@",
    "32 bytes in base64": r"(?<![\w+/])(?=\S*\d)(?=\S*[A-Z])[A-Za-z0-9+/]{43}=(?!=)",
    "a folder of one machine": r"(?<![\w.])/(?:work|home|Users|root)/\w|[A-Z]:\\Users",
    "the host of a package index": r"\b(?:pypi\.org|pythonhosted\.org|pypi\.python\.org)\b",
    "a package index": r"(?:extra-)?index-url\s*=?\s*http",
}
MADE_UP = {
    "tests": {"a password in an address"},
}
"""Folders whose files may hold what only looks like it: made-up sign-ins."""


@pytest.mark.parametrize("what", PATTERNS)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(PATTERNS[what])
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked_files()
        if what not in MADE_UP.get(path.relative_to(ROOT).parts[0], set())
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a signed token", ".".join(["ey" + "J" + "h" * 10, "ey" + "J" + "h" * 10, "x" * 43])),
        ("a cloud key", "AKIA" + "ABCDEFGH12345678"),
        ("a password in an address", "postgresql://owner:" + "hunter2@db/timebank"),
        ("32 bytes in base64", "TIMEBANK_MASTER_KEY=" + "aB3" * 14 + "a="),
        ("a folder of one machine", "see /" + "home/ana/timebank"),
    ],
)
def test_it_would_be_found(what: str, line: str) -> None:
    assert re.search(PATTERNS[what], line)
