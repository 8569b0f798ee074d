"""Prints the software bill of materials (CycloneDX 1.6, JSON) of what the program runs with."""

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

from tools.locked import LOCK, Package, read


def bill(packages: list[Package], name: str, version: str) -> dict[str, Any]:
    """The bill: the program, and every locked package with the hashes of its files."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": name, "version": version}},
        "components": [
            {
                "type": "library",
                "bom-ref": one.url,
                "name": one.name,
                "version": one.version,
                "purl": one.url,
                "externalReferences": [
                    {
                        "type": "distribution",
                        "url": one.url,
                        "hashes": [{"alg": "SHA-256", "content": text} for text in one.hashes],
                    }
                ],
            }
            for one in packages
        ],
    }


def main() -> None:
    """Print the bill."""
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
    made = bill(read(LOCK.read_text("utf-8")), project["name"], project["version"])
    json.dump(made, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
