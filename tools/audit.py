"""Asks the advisory databases about every locked package, and believes no silence.

pip-audit may audit nothing and still say that nothing was found; so the answer counts only when it
names exactly the packages that are locked. Exit code 0: audited, nothing known; 1: something is
known; 2: could not audit.
"""

import json
import subprocess
import sys
from typing import Any, Final

from tools.locked import LOCK, Package, read

SECONDS_MAX: Final = 300
_ASKED: Final = (
    *("--strict", "--disable-pip", "--require-hashes", "--progress-spinner", "off"),
    *("--format", "json", "--requirement", str(LOCK)),
)


class NotAudited(Exception):
    """The answer does not cover what is locked."""


def judged(report: dict[str, Any], packages: list[Package]) -> list[str]:
    """The known weaknesses, each as one line.

    Raises:
        NotAudited: when the report is not about exactly these packages.
    """
    audited = {
        (one["name"].lower().replace("_", "-"), one.get("version")): one.get("vulns")
        for one in report.get("dependencies", [])
    }
    locked = {(one.name.replace("_", "-"), one.version) for one in packages}
    skipped = sorted(name for name, vulns in audited.items() if vulns is None)
    if set(audited) != locked or skipped:
        raise NotAudited(f"{len(audited) - len(skipped)} audited, {len(locked)} locked")
    return [
        f"{name} {version}: {weakness['id']}"
        for (name, version), weaknesses in audited.items()
        for weakness in weaknesses
    ]


def main() -> int:
    """Audit, and say what was found."""
    command = [sys.argv[1], *_ASKED]
    try:
        done = subprocess.run(  # noqa: S603 the Makefile names the program
            command, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
        )
        found = judged(json.loads(done.stdout), packages := read(LOCK.read_text("utf-8")))
    except (OSError, ValueError, subprocess.TimeoutExpired, NotAudited) as error:
        sys.stderr.write(f"not audited: {type(error).__name__}: {error}\n")
        return 2
    sys.stdout.write("\n".join([f"{len(packages)} packages audited", *found]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
