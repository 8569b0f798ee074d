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
from tools.weaknesses import ACCEPTED

SECONDS_MAX: Final = 300
_ASKED: Final = (
    *("--strict", "--disable-pip", "--require-hashes", "--progress-spinner", "off"),
    *("--format", "json", "--requirement", str(LOCK)),
)


class NotAudited(Exception):
    """The answer does not cover what is locked."""


def judged(report: dict[str, Any], packages: list[Package]) -> list[str]:
    """The known weaknesses that have no reason to be accepted, each as one line.

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
        if ACCEPTED.keys().isdisjoint({weakness["id"], *weakness.get("aliases", ())})
    ]


def _report(done: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        words = done.stderr.strip().splitlines() or ["pip-audit said nothing"]
        raise NotAudited(words[-1]) from None
    return report


def main() -> int:
    """Audit, and say what was found."""
    command = [sys.argv[1], *_ASKED]
    try:
        done = subprocess.run(  # noqa: S603 the Makefile names the program
            command, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
        )
        packages = read(LOCK.read_text("utf-8"))
        found = judged(_report(done), packages)
    except (OSError, subprocess.TimeoutExpired, NotAudited) as error:
        sys.stderr.write(f"not audited: {error}\n")
        return 2
    sys.stdout.write("\n".join([f"{len(packages)} packages audited", *found]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
