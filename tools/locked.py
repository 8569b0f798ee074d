"""Reading the lock: each package with its version and the hashes of its files."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LOCK: Final = Path(__file__).resolve().parents[1] / "requirements.lock"
_PACKAGE: Final = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Package:
    """One locked package."""

    name: str
    version: str
    hashes: tuple[str, ...]

    @property
    def url(self) -> str:
        """Its package URL, as advisories name it."""
        return f"pkg:pypi/{self.name}@{self.version}"


def read(text: str) -> list[Package]:
    """The packages of a lock file, in its order."""
    found = list(_PACKAGE.finditer(text))
    ends = [one.start() for one in found[1:]] + [len(text)]
    return [
        Package(one[1].lower(), one[2], tuple(_HASH.findall(text[one.end() : end])))
        for one, end in zip(found, ends, strict=True)
    ]
