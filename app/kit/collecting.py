"""Python's collector of circular rubbish, kept from looking where there is none."""

import gc
from typing import Final

THRESHOLD: Final = 100_000
"""So many new objects until it looks through them; Python's own default is 700.

What is imported stays: a start spent an eighth of its time in looking for rubbish there.
"""


def collect_rarely() -> None:
    """Let it look that seldom, in this process."""
    gc.set_threshold(THRESHOLD)


def spare_collector() -> None:
    """Tell it that what is there by now stays, and to look seldom through what comes.

    Or it would look through the whole program again and again, while everybody waits: some
    hundred milliseconds each time.
    """
    gc.collect()
    gc.freeze()
    collect_rarely()
