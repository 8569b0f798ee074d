"""A user of the embedded PostgreSQL in a process of its own: up, then out at the end of input."""

import sys
from pathlib import Path

from app.kit.embedded import lease

with lease(Path(sys.argv[1]), start_seconds_max=30):
    print("up", flush=True)  # noqa: T201 - the test waits for this word
    sys.stdin.read()
