"""The operator's command, `timebank`: each deed is one transaction over the parts' operations.

Commands import what they need when they run, so that `--help` answers at once.
"""

import gc
from typing import Final

COLLECTION_THRESHOLD: Final = 100_000
"""So many new objects until the collector looks through them; Python's own default is 700.

What is imported stays: a start spent a sixth of its time in looking for rubbish there.
"""
gc.set_threshold(COLLECTION_THRESHOLD)

from app.cli.program import main  # noqa: E402 - only now

__all__ = ["main"]
